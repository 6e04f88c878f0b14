"""A design on disk, and the files that are refused by name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from chain import chain, with_memory

from litho.errors import ConfigError, DataError
from litho.rtl import Instrumentation, check_memories, read_folder, write_design


def test_a_folder_holds_top_sources_and_lists(tmp_path: Path) -> None:
    folder = write_design(tmp_path / "design", chain())
    found = sorted(str(p.relative_to(folder.path)) for p in folder.path.rglob("*") if p.is_file())
    assert found == ["chain.sv", "files.f", "memories.json", "rtl/litho_stream_register.sv"]
    assert folder.sources == ("rtl/litho_stream_register.sv", "chain.sv")
    assert folder.top == "chain"


def test_the_folder_is_read_back(tmp_path: Path) -> None:
    folder = write_design(tmp_path, chain())
    assert read_folder(tmp_path) == folder


def test_a_source_is_copied_byte_for_byte(tmp_path: Path) -> None:
    from litho.rtl import shared_modules

    write_design(tmp_path, chain())
    copied = (tmp_path / "rtl" / "litho_stream_register.sv").read_bytes()
    assert copied == shared_modules()["litho_stream_register"].read_bytes()


def test_a_memory_is_written_under_the_name_of_its_content(tmp_path: Path) -> None:
    design = with_memory([1, 63, 0])
    folder = write_design(tmp_path, design)
    name = design.instances[0].block.memories[0].file_name
    assert (tmp_path / name).read_text() == "01\n3f\n00\n"
    facts = json.loads((tmp_path / "memories.json").read_text())
    assert facts == {name: {"width": 6, "depth": 3}}
    check_memories(folder)


def test_a_stall_brings_its_module_along(tmp_path: Path) -> None:
    folder = write_design(tmp_path, chain(), Instrumentation(stalls=("between",)))
    assert "rtl/litho_stream_stall.sv" in folder.sources


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must hold 3 words, not 0"),
        ("01\n3f\n", "must hold 3 words, not 2"),
        ("01\n3f\n00\n00\n", "must hold 3 words, not 4"),
        ("01\n40\n00\n", "must hold words of 6 bits in 2 hexadecimal digits, not '40' in line 2"),
        ("01\n03f\n00\n", "not '03f' in line 2"),
        ("1\n3f\n00\n", "not '1' in line 1"),
        ("01\n3g\n00\n", "not '3g' in line 2"),
        ("01\n-1\n00\n", "not '-1' in line 2"),
        ("01\nxx\n00\n", "not 'xx' in line 2"),
    ],
)
def test_a_memory_file_that_is_not_whole_is_named(tmp_path: Path, text: str, rule: str) -> None:
    design = with_memory([1, 63, 0])
    folder = write_design(tmp_path, design)
    name = design.instances[0].block.memories[0].file_name
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=f"memory file .*{name} .*{rule}; emit the design"):
        check_memories(folder)


def test_an_absent_memory_file_is_named(tmp_path: Path) -> None:
    design = with_memory([1, 63, 0])
    folder = write_design(tmp_path, design)
    name = design.instances[0].block.memories[0].file_name
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=f"memory file .*{name} must be there, and is absent"):
        check_memories(folder)


def test_a_memory_file_of_bytes_is_named(tmp_path: Path) -> None:
    design = with_memory([1, 63, 0])
    folder = write_design(tmp_path, design)
    name = design.instances[0].block.memories[0].file_name
    (tmp_path / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=f"{name} must be text, and is not"):
        check_memories(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a.mem": {"width": 3}}', '{"a.mem": 3}'])
def test_a_list_of_memories_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    folder = write_design(tmp_path, chain())
    (tmp_path / "memories.json").write_text(text)
    with pytest.raises(DataError, match=r"memories.json must give width and depth"):
        check_memories(folder)


def test_an_absent_list_of_memories_is_named(tmp_path: Path) -> None:
    folder = write_design(tmp_path, chain())
    (tmp_path / "memories.json").unlink()
    with pytest.raises(DataError, match=r"must have a file .*memories.json"):
        check_memories(folder)


def test_a_folder_without_a_list_of_sources_is_no_design(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"must have a file files.f, and .* is not there; `litho"):
        read_folder(tmp_path)


@pytest.mark.parametrize("text", ["", "\n", "rtl/absent.sv\nchain.sv\n"])
def test_a_list_that_names_no_sources_is_refused(tmp_path: Path, text: str) -> None:
    write_design(tmp_path, chain())
    (tmp_path / "files.f").write_text(text)
    with pytest.raises(DataError, match=r"files.f must list the sources of a design, all of them"):
        read_folder(tmp_path)


def test_a_design_that_is_called_like_a_module_in_it_is_refused(tmp_path: Path) -> None:
    design = replace(chain(), name="litho_stream_register")
    message = "design must not be that of a module in it, and 'litho_stream_register' is .*; choose"
    with pytest.raises(ConfigError, match=message):
        write_design(tmp_path / "design", design)
    assert not list(tmp_path.rglob("*.sv"))
