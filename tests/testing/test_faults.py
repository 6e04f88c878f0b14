"""What the code of a user's own operation raises is told with its place, not as a traceback."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from litho import ops, tools
from litho.api import check, module, modules
from litho.app.main import main
from litho.errors import ConfigError, DataError, GraphError, MismatchError, ToolMissingError
from litho.formats import Fixed
from litho.ir import AtenCall, Graph, Input, Node, Origin, Ref, TensorType
from litho.passes import Lower
from litho.testing import CHECKS, chosen_subjects, find_subjects
from litho.testing.suite import _places

CODE = '''\
"""Codes as they are, a cycle later."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from litho.hw import Resources
from litho.ir import Lowering, Op
from litho.ops.streams import equal_lanes, stream_of
from litho.rtl import Block


@dataclass(frozen=True)
class Params:
    """None."""


def infer_type(params, types):
    return types[0]


def evaluate(params, types, inputs):
    return inputs[0]


def lower(context, call, inputs):
    return context.add("users_late", inputs, Params())


def block(view):
    source = stream_of("in", view.types[0], equal_lanes(view))
    target = stream_of("out", view.types[0], equal_lanes(view))
    return Block(
        "users_late",
        (("Width", source.width),),
        (source,),
        (target,),
        lambda inputs: (evaluate(None, None, inputs),),
        lambda family: Resources(luts=3, ffs=source.width + 1),
        source.beats,
        lambda offered: (offered[0] + 1,),
        source=Path(__file__).with_name("users_late.sv"),
    )


LOWERINGS = (Lowering(("mine.late.default",), lower),)
OP = Op("users_late", Params, infer_type, evaluate, LOWERINGS, {"fixed": block})
'''

CASES = '''\
"""Cases of `users_late`."""

import numpy as np

from litho.formats import Fixed
from litho.ir import TensorType
from litho.ops.casework import block_of, every
from litho.rtl import Case
from users_late import OP, Params


def cases():
    for row in (4, 5):
        kind = TensorType((row,), Fixed(3, 1))
        block = block_of(OP, Params(), (kind,), (1, 1))
        yield Case(f"of{row}", "every code", block, (every(kind),), (every(kind),))
'''

MODULE = """\
// One register stage, under a name of the user's.
//
// What it computes: out = in.
// Reference: users_late.evaluate
// Latency 1, one beat a cycle.
`default_nettype none
module users_late #(
  parameter int Width = 8  // bits of a beat
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic [Width-1:0] in_data_i,
  input  wire logic             in_valid_i,
  output wire logic             in_ready_o,
  output wire logic [Width-1:0] out_data_o,
  output wire logic             out_valid_o,
  input  wire logic             out_ready_i
);
  litho_stream_register #(
    .Width(Width)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Leave no module and no registry behind, and what checks leave in a folder of the test."""
    monkeypatch.delenv(ops.VARIABLE, raising=False)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "users_late"]:
        del sys.modules[name]
    ops._registry.cache_clear()


def written(tmp_path: Path, old: str = "", new: str = "", file: str = "__init__.py") -> Path:
    """Give the folder of the operation, with `old` made `new` in one of its files."""
    folder = tmp_path / "users_late"
    folder.mkdir()
    texts = {"__init__.py": CODE, "cases.py": CASES, "users_late.sv": MODULE}
    assert texts[file].count(old) == 1 or not old
    texts[file] = texts[file].replace(old, new) if old else texts[file]
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def line_of(text: str, code: str) -> int:
    return next(n for n, line in enumerate(code.splitlines(), start=1) if text in line)


def lowered(folder: Path) -> Graph:
    kind = TensorType((1, 4), Fixed(4, 1))
    call = AtenCall((("x", Ref(0)), ("shift", 3)), ())
    node = Node("late", "mine.late.default", ("x",), call, kind, origin=Origin("", "g.py:7"))
    graph = Graph("g", (Input("x", kind),), (), (node,), ("late",))
    return Lower()(graph, ops.registry((folder,)))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("    return types[0]\n", "    return types[7]\n", "infer_type of operation 'users_late'"),
        (
            '    return context.add("users_late", inputs, Params())\n',
            "    return contxt\n",
            "the lowering of operation 'users_late'",
        ),
    ],
)
def test_what_a_lowering_raises_is_told_with_its_line(
    old: str, new: str, what: str, tmp_path: Path
) -> None:
    folder = written(tmp_path, old, new)
    line = line_of(new.strip(), CODE.replace(old, new))
    message = (
        rf"^{what} must end without an exception, not with (IndexError|NameError): .*; it arose in"
        rf" .*users_late/__init__\.py:{line} \({new.strip()}".replace("[7]", r"\[7\]")
    )
    with pytest.raises(ConfigError, match=message) as caught:
        lowered(folder)
    assert str(caught.value).endswith(
        " shows the traceback; %late (mine.late.default) in (top) at g.py:7"
    )
    assert isinstance(caught.value.__cause__, IndexError | NameError)


def test_an_argument_that_the_schema_lacks_is_refused_with_near_ones(tmp_path: Path) -> None:
    folder = written(tmp_path, "inputs, Params())", 'inputs, Params(*[call.get("shifty")] * 0))')
    with pytest.raises(
        GraphError, match=r"must be one of x, shift, .* not 'shifty'; did you mean 'shi"
    ):
        lowered(folder)


def test_a_function_that_is_called_with_too_much_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, "def infer_type(params, types):", "def infer_type(params):")
    line = line_of("def infer_type", CODE)
    message = (
        rf"TypeError: infer_type\(\) takes 1 .*; it arose in .*__init__\.py:{line}, and `litho"
    )
    with pytest.raises(ConfigError, match=message):
        lowered(folder)


def test_a_function_that_forgets_its_result_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, "    return types[0]\n", "    types[0]\n")
    message = r"infer_type of operation 'users_late' must give a TensorType, not NoneType; see .*:1"
    with pytest.raises(ConfigError, match=message):
        lowered(folder)


def test_a_fault_in_a_block_fails_its_checks_with_the_line_and_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    folder = written(tmp_path, "return inputs[0]\n", "return inputs[0] / None\n")
    monkeypatch.setattr("litho.testing.CHECKS", {"reference": CHECKS["reference"]})
    result = check("users_late", folder)
    (counts, line) = result.lines()
    assert counts == "2 failed"
    assert (
        "evaluate of the block of 'users_late' must end without an exception, not with Type" in line
    )
    assert f"__init__.py:{line_of('return inputs', CODE)} (return inputs[0] / None)" in line
    assert line.endswith("(and 1 more so: users_late-of5 reference)")
    left = result.failed[0].folder
    assert left is not None
    assert "Traceback" in (left / "traceback.log").read_text()
    with pytest.raises(
        MismatchError, match=f"alone: litho rtl test users_late-of4 --folder {folder}"
    ):
        result.demand()


def test_a_fault_in_cases_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path, "Fixed(3, 1)", "Fixd(3, 1)", "cases.py")
    command = ["rtl", "test", "users_late", "--folder", str(folder)]
    for extra in ([], ["-v"]):
        with pytest.raises(SystemExit) as left:
            main([*extra, *command])
        assert left.value.code == 2
        told = capsys.readouterr().err
        assert "cases.py of operation 'users_late' must end without an exception, not with" in told
        assert ("Traceback" in told) == bool(extra)
        sys.modules.pop("users_late.cases", None)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("(every(kind),), (", "every(kind), (", "of shapes .*, not ndarray; write `.codes,.`"),
        (
            "(every(kind),))",
            "(every(kind)[:, 0],))",
            r"expected of case 'users_late-of4' must be a",
        ),
        ("yield Case(", "yield (", "must give each a Case, not .*'of4'"),
    ],
)
def test_a_case_of_wrong_codes_is_refused(old: str, new: str, text: str, tmp_path: Path) -> None:
    folder = written(tmp_path, old, new, "cases.py")
    with pytest.raises(ConfigError, match=text):
        find_subjects((folder,))


def test_the_record_is_checked_before_the_cases(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="must be called 'users_late' as its place is, not 'late'"
    ):
        find_subjects((written(tmp_path, 'Op("users_late"', 'Op("late"'),))


def test_a_source_that_is_not_there_names_its_block(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "users_late.sv").unlink()
    message = "the source of block users_late must be a file, and .*users_late.sv is none; see `so"
    with pytest.raises(DataError, match=message):
        find_subjects((folder,))


def test_modules_of_a_folder_are_listed_shown_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path)
    assert [item.name for item in modules(folder).modules] == ["users_late"]
    assert "litho_relu" in [item.name for item in modules().modules]
    assert module("users_late", folder).module.timing == "Latency 1, one beat a cycle."
    with pytest.raises(ConfigError, match="one of your own is found by --folder or LITHO_OPS"):
        module("users_late")
    with pytest.raises(SystemExit) as left:
        main(["rtl", "export", str(tmp_path / "lib"), "--folder", str(folder)])
    assert left.value.code == 0
    assert "users_late.sv" in (tmp_path / "lib" / "library.f").read_text().split()


def test_a_module_whose_name_is_taken_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "litho_relu.sv").write_text(MODULE)
    with pytest.raises(ConfigError, match="a module must have a name of its own, and 'litho_relu'"):
        modules(folder)


def test_a_module_beside_the_blocks_own_names_its_cases(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert {s.name for s in chosen_subjects("users_late", (folder,))} == {
        "users_late-of4",
        "users_late-of5",
    }
    with pytest.raises(
        ConfigError, match=r"not 'users_lat'; did you mean .* \(looked for in .*alone"
    ):
        chosen_subjects("users_lat", (folder,))


@pytest.mark.parametrize("folders", ["a", Path("a"), ("a",), (Path("a"),)])
def test_the_suite_takes_strings_and_paths(folders: tuple[str] | str) -> None:
    assert _places(folders) == (Path("a"),)


def test_a_right_operation_is_lowered(tmp_path: Path) -> None:
    found = lowered(written(tmp_path))
    assert [node.op for node in found.nodes] == ["users_late"]


def test_an_evaluate_that_gives_floats_fails(tmp_path: Path) -> None:
    folder = written(tmp_path, "return inputs[0]\n", "return inputs[0] * 1.0\n")
    message = "evaluate of users_late must give int64 codes on 'out', not float64; use integers"
    with pytest.raises(MismatchError, match=message):
        CHECKS["reference"](find_subjects((folder,))[0].case, tmp_path)


def test_a_lint_error_of_several_cases_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        tools.find("verilator")
    except ToolMissingError as error:
        pytest.skip(f"verilator is missing: {error}")
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    wide = "  logic [Width:0] wide;\n  assign wide = in_data_i;\n  litho_stream_register #("
    folder = written(tmp_path, "  litho_stream_register #(", wide, "users_late.sv")
    monkeypatch.setattr("litho.testing.CHECKS", {"lint": CHECKS["lint"]})
    _, line = check("users_late", folder).lines()
    assert "; to repeat: cd " in line
    assert line.endswith(" (and 1 more so: users_late-of5 lint)")
    place = Path(line.partition("; its files: ")[2].partition(" (and")[0])
    assert (place / "lint.log").is_file()
