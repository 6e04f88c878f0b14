"""A graph in a folder: the same bytes for the same graph, and a named error for a bad file."""

import contextlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from example_ops import KIND, REGISTRY, example
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import DataError, GraphError
from litho.ir import Constant, Graph, load, save

FOLDER = Path(__file__).parent


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    text, arrays = save(tmp_path / "new" / "folder", example())
    assert (text.name, arrays.name) == ("graph.ir", "graph.npz")
    assert load(text.parent, REGISTRY) == example()


def test_saving_leaves_nothing_else_behind(tmp_path: Path) -> None:
    save(tmp_path, example())
    save(tmp_path, example())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.ir", "graph.npz"]


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_the_same_graph_gives_the_same_bytes_in_every_process(tmp_path: Path, seed: str) -> None:
    save(tmp_path / "here", example())
    code = (
        "import sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(FOLDER)!r})\n"
        "from example_ops import example\n"
        "from litho.ir import save\n"
        f"save(Path({str(tmp_path / 'there')!r}), example())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": seed})
    for name in ("graph.ir", "graph.npz"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_the_order_of_arrays_does_not_show_in_the_archive(tmp_path: Path) -> None:
    a = Constant("a", KIND, np.zeros((2, 3), dtype=np.int64))
    b = Constant("b", KIND, np.ones((2, 3), dtype=np.int64))
    for name, constants in (("one", (a, b)), ("two", (b, a))):
        save(tmp_path / name, Graph("g", (), constants, (), ("a",)))
    one, two = (tmp_path / name / "graph.npz" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("name", ["graph.ir", "graph.npz"])
def test_an_absent_file_is_named(tmp_path: Path, name: str) -> None:
    save(tmp_path, example())
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=f"a graph must have a file {name}, and .*{name} is not"):
        load(tmp_path, REGISTRY)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_an_archive_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    save(tmp_path, example())
    (tmp_path / "graph.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"graph.npz must be a NumPy archive, and is not"):
        load(tmp_path, REGISTRY)


@given(data=st.data())
def test_a_damaged_archive_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    _, arrays = save(folder, example())
    content = bytearray(arrays.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    arrays.write_bytes(bytes(content))
    # A flipped bit may lie where the archive keeps a time; anything else must be refused.
    with contextlib.suppress(DataError, GraphError):
        assert load(folder, REGISTRY) == example()


def test_an_array_that_was_changed_is_named(tmp_path: Path) -> None:
    _, arrays = save(tmp_path, example())
    with np.load(arrays) as archive:
        changed = {name: archive[name] + 1 for name in archive.files}
    np.savez(arrays, **changed)
    with pytest.raises(DataError, match="must have the content that its name is made of"):
        load(tmp_path, REGISTRY)


def test_an_archive_without_an_array_is_refused(tmp_path: Path) -> None:
    _, arrays = save(tmp_path, example())
    with zipfile.ZipFile(arrays, "w"):
        pass
    with pytest.raises(GraphError, match="must be among the graph's arrays"):
        load(tmp_path, REGISTRY)


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    _, arrays = save(tmp_path, example())
    np.savez(arrays, evil=np.array([{}], dtype=object))
    with pytest.raises(DataError, match="must be a NumPy archive"):
        load(tmp_path, REGISTRY)


def test_text_that_is_none_is_named(tmp_path: Path) -> None:
    text, _ = save(tmp_path, example())
    text.write_bytes(b"graph \xff\xfe")
    with pytest.raises(DataError, match=r"graph.ir must be UTF-8 text"):
        load(tmp_path, REGISTRY)
