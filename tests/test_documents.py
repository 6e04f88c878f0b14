"""The pages are true: what they name is there. That what they show runs, another test says."""

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "src", ROOT / "changelog.d")
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
OPS = sorted(path.parent for path in (ROOT / "src" / "litho" / "ops").glob("*/__init__.py"))
TOP_FOLDERS = ("src/", "docs/", "tests/", "configs/", "benchmarks/", "changelog.d/", "examples/")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def quoted(page: Path) -> list[str]:
    """What stands in backquotes on a page, outside blocks of code."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page.read_text(), flags=re.S))


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pages
def test_every_path_is_there(page: Path) -> None:
    paths = [text for text in quoted(page) if text.startswith(TOP_FOLDERS)]
    plain = [path for path in paths if not re.search(r"[<>{}*… ]", path)]
    assert [path for path in plain if not (ROOT / path).exists()] == []


@pages
def test_every_name_of_the_library_is_there(page: Path) -> None:
    names = [text for text in quoted(page) if re.fullmatch(r"litho(\.\w+)+", text)]
    assert [name for name in names if not exists(name)] == []


def exists(name: str) -> bool:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pages
def test_every_make_target_is_there(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    wanted = re.findall(r"(?:`| {4})make ([a-z-]+)", page.read_text())
    assert [name for name in wanted if name not in targets] == []


@pages
def test_every_verb_of_the_command_is_there(page: Path) -> None:
    verbs = {path.stem for path in (ROOT / "src" / "litho" / "app").glob("*.py")}
    wanted = re.findall(r"`(?:\.venv/bin/)?litho ([a-z]+)", page.read_text())
    assert [name for name in wanted if name not in verbs] == []


@pytest.mark.parametrize("folder", OPS, ids=lambda path: path.name)
def test_the_page_of_an_operation_has_the_five_parts(folder: Path) -> None:
    heads = re.findall(r"^(#+ .*)$", (folder / "README.md").read_text(), re.M)
    parts = ("What it computes", "Numerics", "Interface and timing", "Cost", "Limits")
    assert heads == [f"# {folder.name}", *(f"## {part}" for part in parts)]


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {re.split(r"[=><\[]", item)[0] for group in groups for item in group}
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## Why each dependency")[1]
    assert wanted <= set(re.findall(r"`([\w.-]+)`", section))


def test_every_changelog_fragment_is_one_sentence() -> None:
    for path in (ROOT / "changelog.d").glob("*.md"):
        if path.name != "README.md":
            assert re.fullmatch(r"[\w.-]+\.(added|changed|fixed)\.md", path.name)
            assert len(path.read_text().strip().splitlines()) == 1


def test_the_oldest_python_is_the_one_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)
    assert "Python 3.11 or newer" in (ROOT / "README.md").read_text()
