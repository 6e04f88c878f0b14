"""Tools are found, found too old, or told to be installed."""

import stat
from pathlib import Path

import pytest

from litho.errors import ConfigError, ToolMissingError
from litho.tools import TOOLS, FoundTool, Tool, ToolStatus, find, require, survey, verilator
from litho.tools.tool import is_enough


def found(version: str) -> FoundTool:
    return FoundTool("tool", ("/bin/tool",), version, Path("/bin"))


def test_an_absent_tool_is_told_with_the_line_that_installs_it():
    tool = Tool("tool", "do things", "2.0", "install it with `pip install tool`", lambda: None)
    with pytest.raises(ToolMissingError) as caught:
        require(tool)
    assert str(caught.value) == (
        "tool must be installed to do things, and is not; install it with `pip install tool`"
    )
    assert not ToolStatus(tool, None).is_usable


def test_a_tool_that_is_too_old_is_told_with_both_versions():
    tool = Tool("tool", "do things", "2.0", "install it", lambda: found("1.9"))
    with pytest.raises(ToolMissingError, match=r"must have version 2\.0 or newer .*, not 1\.9"):
        require(tool)
    assert not ToolStatus(tool, found("1.9")).is_usable


@pytest.mark.parametrize(
    ("version", "minimum", "enough"),
    [("5.036", "5.036", True), ("5.006", "5.036", False), ("5.48.0", "5.036", True)],
)
def test_versions_are_compared_by_number(version, minimum, enough):
    assert is_enough(version, minimum) == enough


def test_the_survey_names_every_tool_in_little_time():
    assert [status.tool.name for status in survey()] == list(TOOLS)
    assert list(TOOLS) == [
        "c++",
        "verilator",
        "iverilog",
        "yosys",
        "nextpnr-ecp5",
        "nextpnr-ice40",
        "cocotb",
        "vcd2fst",
    ]


def test_every_tool_says_what_it_is_for_and_how_it_is_installed():
    for tool in TOOLS.values():
        assert tool.purpose
        assert "install it with `" in tool.install


def test_a_tool_that_nobody_knows_is_refused():
    with pytest.raises(ConfigError, match=r"tool must be one of c\+\+, .*, not 'vivado'"):
        find("vivado")


@pytest.mark.parametrize(("version", "taken"), [("5.040", True), ("5.006", False)])
def test_a_verilator_on_path_is_preferred_when_new_enough(tmp_path, monkeypatch, version, taken):
    program = tmp_path / "verilator_bin"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo "Verilator {version} 2025-01-01"\n'
        f'[ "$1" = --getenv ] && echo {tmp_path}\nexit 0\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    seen = verilator.VERILATOR.look.__wrapped__()  # past the cache
    if taken:
        assert seen == FoundTool(
            "verilator",
            (str(program),),
            "5.040",
            tmp_path,
            (("VERILATOR_ROOT", str(tmp_path)),),
            f"{program} 5.040",
        )
    else:
        assert seen is None or seen.command != (str(program),)
