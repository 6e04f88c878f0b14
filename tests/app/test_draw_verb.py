"""`litho draw`."""

from pathlib import Path

import pytest

from litho.app.main import main
from litho.formats import Fixed
from litho.ir import Graph, Input, Node, TensorType, draw, save
from litho.ops.relu.reference import ReluParams
from litho.report.drawing import standalone

KIND = TensorType((3,), Fixed(8))
GRAPH = Graph(
    "g", (Input("x", KIND),), (), (Node("y", "relu", ("x",), ReluParams(), KIND),), ("y",)
)


@pytest.mark.parametrize("options", [(), ("--out", "elsewhere.svg")])
def test_the_picture_of_a_folder_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path, GRAPH)
    with pytest.raises(SystemExit, match="0"):
        main(["draw", ".", *options])
    assert Path(options[-1] if options else "graph.svg").read_text() == standalone(draw(GRAPH))


def test_a_folder_without_a_graph_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["draw", str(tmp_path)])
    assert "a graph must have a file graph.ir" in capsys.readouterr().err
