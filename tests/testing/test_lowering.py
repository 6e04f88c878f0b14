"""The example of a case is captured and lowered, and must become what the case tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from litho import ops
from litho.api import check
from litho.errors import ConfigError, MismatchError
from litho.testing import CHECKS, check_lowering, chosen_subjects, find_subjects

RECORD = """\
from dataclasses import dataclass

from litho.ir import Lowering, Op
from litho.ops.relu.reference import ReluParams
from litho.rtl.stream.register import register


@dataclass(frozen=True)
class Params:
    pass


def infer_type(params, types):
    return types[0]


def evaluate(params, types, inputs):
    return inputs[0]


def lower(context, call, inputs):
    return context.add("users_bound", inputs, Params())


def block(view):
    return register(view.types[0].codes.bits, 1, view.types[0].row)


LOWERINGS = (Lowering(("aten.clamp.default",), lower),)
OP = Op("users_bound", Params, infer_type, evaluate, LOWERINGS, {"fixed": block})
"""

CASES = """\
from torch import nn

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ops.casework import Example, block_of, every
from litho.rtl import Case
from users_bound import OP, Params


class Bound(nn.Module):
    def forward(self, x):
        return x.clamp(-100.0, 100.0)


def cases():
    kind = TensorType((4,), Fixed(4, 1))
    block = block_of(OP, Params(), (kind,), (1, 1))
    example = Example(Bound(), (kind,))
    yield Case("of4", "every code", block, (every(kind),), (every(kind),), example)
"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no module and no registry behind."""
    monkeypatch.delenv(ops.VARIABLE, raising=False)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "users_bound"]:
        del sys.modules[name]
    ops._registry.cache_clear()


def written(tmp_path: Path, file: str = "cases.py", old: str = "", new: str = "") -> Path:
    """Give the folder of the operation, with `old` made `new` in one of its files."""
    folder = tmp_path / "users_bound"
    folder.mkdir()
    for name, text in (("__init__.py", RECORD), ("cases.py", CASES)):
        assert name != file or not old or text.count(old) == 1
        (folder / name).write_text(text.replace(old, new) if name == file and old else text)
    return folder


def lowered(folder: Path, tmp_path: Path) -> None:
    check_lowering(find_subjects((folder,))[0].case, tmp_path)


def test_a_module_that_becomes_its_block_passes(tmp_path: Path) -> None:
    lowered(written(tmp_path), tmp_path)


def test_a_module_is_found_in_a_file_from_the_folder_on(tmp_path: Path) -> None:
    folder = written(tmp_path, old="Example(Bound()", new='Example("../network.py:Bound"')
    (tmp_path / "network.py").write_text(
        "from torch import nn\n\n\nclass Bound(nn.Module):\n"
        "    def forward(self, x):\n        return x.clamp(-100.0, 100.0)\n"
    )
    lowered(folder, tmp_path)


def test_the_example_of_ours_is_lowered(tmp_path: Path) -> None:
    check_lowering(chosen_subjects("relu-2b_3of1")[0].case, tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "text"),
    [
        (
            "__init__.py",
            'context.add("users_bound", inputs, Params())',
            'context.add("relu", inputs, ReluParams())',
            "the module of case 'of4' must become a node of 'users_bound' when it is lowered, not"
            " relu; let it call an operator that 'users_bound' lowers",
        ),
        (
            "__init__.py",
            'context.add("users_bound", inputs, Params())',
            'context.add("relu", (context.add("users_bound", inputs, Params()),), ReluParams())',
            "stream 'out' must give -8 (the authority of the case), not 0 (the lowered module)",
        ),
        (
            "cases.py",
            "return x.clamp(-100.0, 100.0)\n",
            "return x.clamp(-100.0, 100.0), x\n",
            "the module of case 'of4' must give 1 results, as its block does, not 2",
        ),
    ],
)
def test_a_module_that_becomes_something_else_fails(
    file: str, old: str, new: str, text: str, tmp_path: Path
) -> None:
    folder = written(tmp_path, file, old, new)
    with pytest.raises(MismatchError) as caught:
        lowered(folder, tmp_path)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "Example(Bound(), (kind,))",
            "Bound()",
            r"the example of case 'users_bound-of4' must be an Example\(module, types\), not Bound",
        ),
        (
            "Bound(), (kind,)",
            "Bound(), (kind, kind)",
            r"must have the type of each input, of \[4\] elements, not of \[4, 4\]",
        ),
    ],
)
def test_an_example_that_does_not_fit_is_refused(
    old: str, new: str, text: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=text):
        find_subjects((written(tmp_path, old=old, new=new),))


@pytest.mark.parametrize("has_example", [True, False])
def test_who_gives_no_example_is_told_what_is_not_checked(
    has_example: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {name: CHECKS[name] for name in ("reference", "lowering")}
    monkeypatch.setattr("litho.testing.CHECKS", chosen)
    folder = written(tmp_path) if has_example else written(tmp_path, old=", example)", new=")")
    lines = list(check("users_bound", folder).lines())
    if has_example:
        assert lines == ["2 passed"]
    else:
        assert lines[0] == "1 passed"
        assert lines[1].startswith("not checked: the lowering of users_bound; give a case an `exam")
