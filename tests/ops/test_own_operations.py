"""Operations of the user's own: found in folders, by a variable, by entry points; what is refused.

That one is tested, emitted and proven is shown by docs/tutorials/own_operation.md, which is run.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from litho import ops
from litho.errors import ConfigError, GraphError
from litho.flow.config import Config, Hardware, Model, Quantize
from litho.flow.operations import sources_digest

SOURCE = """
from litho.ir import Lowering, Op
from litho.ops.relu.reference import ReluParams, evaluate, infer_type

def lower(context, call, inputs):
    return context.add("{name}", inputs, ReluParams())


OP = Op("{name}", ReluParams, infer_type, evaluate, (Lowering(("{aten}",), lower),), {{}})
"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no module and no registry behind."""
    monkeypatch.delenv(ops.VARIABLE, raising=False)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("users_"):
            del sys.modules[name]
    ops._registry.cache_clear()


def written(
    folder: Path, name: str = "users_gate", aten: str = "mine.gate.default", source: str = SOURCE
) -> Path:
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(source.format(name=name, aten=aten))
    return folder


def test_a_folder_that_is_named_holds_an_operation(tmp_path: Path) -> None:
    folder = written(tmp_path / "users_gate")
    found = ops.registry((folder,))
    assert found.find("users_gate").name == "users_gate"
    assert found.lowering("mine.gate.default") is not None
    assert set(found.ops) - set(ops.registry().ops) == {"users_gate"}


def test_the_folders_of_the_variable_count_always(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [
        written(tmp_path / "users_gate"),
        written(tmp_path / "users_other", "users_other", "mine.other.default"),
    ]
    monkeypatch.setenv(ops.VARIABLE, os.pathsep.join(map(str, folders)))
    assert {"users_gate", "users_other"} <= set(ops.registry().ops)
    assert {"users_gate", "users_other"} <= set(ops.registry((folders[0],)).ops)


def test_an_installed_package_declares_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "users_gate")
    facts = tmp_path / "users_gate-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: users-gate\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[litho.ops]\nusers_gate = users_gate\n")
    monkeypatch.syspath_prepend(tmp_path)
    ops._registry.cache_clear()
    assert "users_gate" in ops.registry()
    assert ops.users_folders() == (folder,)


def test_a_run_depends_on_the_files_of_its_operations(tmp_path: Path) -> None:
    folder = written(tmp_path / "users_gate")
    config = Config(
        task="digits",
        model=Model(name="mlp"),
        quantize=(Quantize(),),
        hardware=Hardware(device="ecp5-25k"),
        ops=(str(folder),),
    )
    found = [sources_digest(config)]
    for name, text in (("gate.sv", "module gate;"), ("gate.sv", "module gate2;"), ("a.py", "")):
        (folder / name).write_text(text)
        found.append(sources_digest(config))
    assert len(set(found)) == 4


@pytest.mark.parametrize(
    ("place", "change", "text"),
    [
        ("users_empty", {"source": ""}, "must have a record `OP` in its __init__.py, and has none"),
        (
            "users_gate",
            {"name": "gate"},
            "must be called 'users_gate' as its place is, not 'gate'; rename one of them",
        ),
        ("users_gate", {"name": "relu"}, "has the name 'relu': rename the operation"),
        ("relu", {"name": "users_gate"}, "another operation has the name 'relu': rename the place"),
        ("relu", {"name": "linear"}, "other operations have both names: give the two another"),
        ("relu", {"name": "relu"}, "must have a name of its own, and 'relu' .* is there already"),
        ("users_wrong", {"source": "1 / 0"}, "must be importable, .*: ZeroDivisionError: division"),
        ("users-gate", {}, "must be named like a variable, not 'users-gate'"),
        (
            "json",
            {"name": "json"},
            "not be named like another module, and 'json' is .*json.*rename",
        ),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(
    place: str, change: dict[str, str], text: str, tmp_path: Path
) -> None:
    import json  # noqa: F401 - the module whose name is taken

    folder = written(tmp_path / place, **change)
    try:
        with pytest.raises(ConfigError, match=text):
            ops.registry((folder,))
    finally:
        if place == "relu":
            sys.modules.pop("relu", None)


@pytest.mark.parametrize("name", ["torch", "sqlite3", "antigravity", "antigravity_of_mine"])
def test_a_folder_is_not_named_like_a_module_that_nobody_has_imported_yet(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "antigravity_of_mine.py").write_text("")
    folder = written(tmp_path / "a" / name, name, f"mine.{name}.default")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    text = f"must not be named like another module, and '{name}' is .*; rename .*{name}, and its op"
    with pytest.raises(ConfigError, match=text):
        ops.registry((folder,))


def test_a_folder_that_python_finds_itself_is_no_other_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "users_gate")
    monkeypatch.syspath_prepend(tmp_path)
    assert "users_gate" in ops.registry((folder,))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = "the folder of an op must be there, and .*users_gate is not; --folder, `ops` of a"
    with pytest.raises(ConfigError, match=message):
        ops.registry((tmp_path / "users_gate",))


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "users_gate").mkdir()
    with pytest.raises(ConfigError, match=r"must have __init__\.py, and .*users_gate has none"):
        ops.registry((tmp_path / "users_gate",))


def test_the_place_of_a_mistake_in_a_folder_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "users_wrong", source="1 / 0")
    with pytest.raises(ConfigError, match=r"it arose in .*users_wrong/__init__\.py:1 \(1 / 0\)$"):
        ops.registry((folder,))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            '(Lowering(("{aten}",), lower),)',
            '(Lowering(("{aten}",), lower))',
            "in 'lowerings' a tup",
        ),
        (
            '("{aten}",)',
            '("{aten}")',
            "must have a tuple of spellings and a function, not 'mine.ga",
        ),
        (
            "{aten}",
            "mine.gate",
            "must spell an operator as `namespace.name.overload`, not 'mine.gate'; the overload is",
        ),
        (
            ", {{}})",
            ", None)",
            "must have in 'blocks' a mapping, `{\"fixed\": make_block}`, not None",
        ),
        (
            "ReluParams, infer",
            "dict, infer",
            "must have in 'params' a dataclass, not <class 'dict'>",
        ),
        (
            "evaluate, (",
            "evaluate(1), (",
            "must be importable, .*: TypeError: evaluate\\(\\) missing 2",
        ),
    ],
)
def test_a_record_with_a_wrong_field_is_refused(
    old: str, new: str, text: str, tmp_path: Path
) -> None:
    assert SOURCE.count(old) == 1
    folder = written(tmp_path / "users_gate", source=SOURCE.replace(old, new))
    with pytest.raises(ConfigError, match=text):
        ops.registry((folder,))


def test_a_command_line_sets_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ops.setting() == ""
    assert ops.setting((tmp_path / "a b",)) == f"LITHO_OPS='{tmp_path / 'a b'}' "
    monkeypatch.setenv(ops.VARIABLE, str(tmp_path / "c"))
    assert ops.setting((tmp_path / "b",)) == f"LITHO_OPS={tmp_path / 'b'}:{tmp_path / 'c'} "


@pytest.mark.parametrize(
    ("file", "text", "taken"),
    [
        ("litho_relu", "", r"'litho_relu' .*: names that begin with litho_ are those of litho's"),
        ("gate", "module litho_sum (", "'litho_sum' .*gate.sv. has not: names that begin with li"),
        (
            "top",
            "",
            "'top' .* has not: litho writes modules called bench and top around it; rename",
        ),
        ("gate", "module automatic bench;", "'bench' .* has not: litho writes modules called"),
        (
            "gate",
            "package buf;",
            "'buf' .* has not: it is a keyword of SystemVerilog; rename it, its",
        ),
    ],
)
def test_a_module_with_a_name_that_is_taken_is_refused(
    file: str, text: str, taken: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "users_gate")
    (folder / f"{file}.sv").write_text(text)
    with pytest.raises(ConfigError, match=f"^a module must have a name of its own, and {taken}"):
        ops.registry((folder,))


def test_two_folders_do_not_bring_modules_of_one_name(tmp_path: Path) -> None:
    folders = (
        written(tmp_path / "users_gate"),
        written(tmp_path / "users_other", "users_other", "mine.other.default"),
    )
    for folder in folders:
        (folder / "shift.sv").write_text("")
    with pytest.raises(
        ConfigError, match=r"'shift' .* has not: it is one of .*users_gate/shift.sv"
    ):
        ops.registry(folders)


def test_what_only_mentions_a_name_does_not_take_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "users_gate")
    text = (
        '// module top\n/* module bench */ module gate; initial $error("module top\\""); endmodule'
    )
    (folder / "gate.sv").write_text(text)
    assert "users_gate" in ops.registry((folder,))


def test_an_operator_that_another_lowers_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "users_gate", aten="aten.relu.default")
    text = "one op must lower aten.relu.default, not both relu and users_gate"
    with pytest.raises(GraphError, match=text):
        ops.registry((folder,))
