"""The tutorial on an operation of one's own names members and formulas that there are."""

import importlib
import inspect
import re
from dataclasses import fields
from pathlib import Path

from litho.formats import Fixed, Scale
from litho.ir import TensorType

PAGE = (Path(__file__).parents[2] / "docs" / "tutorials" / "own_operation.md").read_text()
TYPES: dict[str, type] = {"TensorType": TensorType, "Fixed": Fixed, "Scale": Scale}


def test_the_members_of_types_are_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.M)
    assert {owner for owner, _ in rows} == set(TYPES)
    for owner, cell in rows:
        for name in re.findall(r"`(?:\w+\.)?(\w+)(?:\(\w*\))?`", cell):
            assert name in {*(field.name for field in fields(TYPES[owner])), *dir(TYPES[owner])}


def test_the_formulas_have_the_arguments_that_the_page_gives() -> None:
    for name, arguments, module in (
        ("register_resources", "width, family", "litho.rtl.stream.register"),
        ("product_resources", "lanes, a_bits, b_bits, family", "litho.rtl.arith.dot"),
        ("packs_registers", "a_bits, b_bits, family", "litho.rtl.arith.dot"),
    ):
        assert f"`{name}({arguments})`" in PAGE
        function = getattr(importlib.import_module(module), name)
        assert ", ".join(inspect.signature(function).parameters) == arguments
