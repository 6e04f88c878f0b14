"""Every SystemVerilog and C++ source, read by the tools and by its style, without running it."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest

from litho import tools
from litho.errors import ToolMissingError

SOURCE = Path(__file__).parents[2] / "src" / "litho"
MODULES = sorted(SOURCE.rglob("litho_*.sv"))
HARNESS = sorted((SOURCE / "sim").rglob("*.cpp"))
# Verilator takes no recursive module as top; others bring these in.
RECURSIVE = ("litho_max", "litho_sum")

modules = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)


def found(name: str) -> tools.FoundTool:
    try:
        return tools.find(name)
    except ToolMissingError as error:
        pytest.skip(f"{name} is missing: {error}")


def needed_by(path: Path) -> list[Path]:
    """The module's file after those of all modules that it instantiates."""
    names = set(re.findall(r"\b(litho_\w+) (?:#\(|u_)", path.read_text())) - {path.stem}
    files = {file.stem: file for file in MODULES}
    below = [file for name in sorted(names) for file in needed_by(files[name])]
    return list(dict.fromkeys([*below, path]))


@modules
def test_a_module_is_clean_alone_with_every_warning_on(path: Path, tmp_path: Path) -> None:
    found("verilator")
    if path.stem in RECURSIVE:
        assert any(path in needed_by(other) for other in MODULES if other != path)
        return
    tools.lint(needed_by(path), path.stem, directory=tmp_path, log=tmp_path / "lint.log")


@modules
def test_no_warning_is_waived(path: Path) -> None:
    assert re.findall(r"lint_off|verilator|translate_off", path.read_text()) == []


@modules
def test_a_file_holds_the_one_module_it_is_named_after(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^module (\w+)", text, re.M) == [path.stem]
    code = re.sub(r"\A(//[^\n]*\n)+", "", text)
    assert code.startswith("`default_nettype none\n")
    assert code.endswith("endmodule\n`default_nettype wire\n")


@modules
def test_the_header_says_what_is_computed_and_where_the_reference_is(path: Path) -> None:
    (header,) = re.findall(r"\A(?://[^\n]*\n)+", path.read_text())
    assert "// What it computes:" in header
    (reference,) = re.findall(r"^// Reference: (\S+)", header, re.M)
    module, name = reference.rsplit(".", 1) if "." in reference else (reference, "")
    assert reference == "NumPy's" or hasattr(importlib.import_module(module), name)


@modules
def test_names_and_spaces_are_those_of_the_house(path: Path) -> None:
    text = path.read_text()
    assert [line for line in text.splitlines() if len(line) > 100 or line != line.rstrip()] == []
    assert "\t" not in text
    ports = re.findall(r"^  (?:input|output)\s+wire logic\s+(?:\[.*?\]\s+)?(\w+)", text, re.M)
    assert ports
    assert [name for name in ports if not re.fullmatch(r"[a-z]\w*_n?[io]", name)] == []
    parameters = re.findall(r"^  parameter\s+(?:int|bit)?\s*(\w+)", text, re.M)
    assert [name for name in parameters if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []


@pytest.mark.parametrize("path", HARNESS, ids=lambda path: path.name)
def test_the_harness_is_clean_with_every_warning_on(path: Path) -> None:
    compiler = found("c++")
    command = [*compiler.command, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_there_is_something_to_read() -> None:
    assert len(MODULES) > 10
    assert len(HARNESS) > 0
