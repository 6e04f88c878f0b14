"""Imports go down the rows of `docs/architecture.md`, and the walls around torch and print hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "litho"
FREE = {"errors", "_version"}
TORCH_SIDE = {"tasks", "compress", "frontend"}
RUNS_PROGRAMS = {"subprocess", "pty", "pexpect"}
TEXT = {"tokenizers", "transformers"}
HEAVY = {"numpy", "torch", "click", "rich", "jinja2", "mpmath", "msgspec", "sklearn"} | TEXT


def rows_of_the_page() -> dict[str, int]:
    page = (ROOT / "docs" / "architecture.md").read_text()
    return {name: int(row) for row, name in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.M)}


def modules(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(("litho", *(part for part in parts if part != "__init__")))


def imports_of(path: Path, root: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every name a file imports, wherever it stands in the file, and the node that does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, root)
            yield from ((f"{base}.{alias.name}", node) for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            yield from ((arg.value, node) for arg in node.args if _is_text(arg))


def _absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    if not node.level:
        return node.module or ""
    here = ["litho", *path.relative_to(root).parts[:-1]]
    return ".".join([*here[: len(here) - node.level + 1], *(node.module or "").split(".")]).strip(
        "."
    )


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def package_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def climbs(root: Path, rows: dict[str, int]) -> list[str]:
    """Every import that does not go down, as `importer imports imported`."""
    found = []
    for path in modules(root):
        own = package_of(name_of(path, root))
        for module, _ in imports_of(path, root):
            other = package_of(module)
            if module.split(".")[0] != "litho" or other in FREE or other == own:
                continue
            # `litho` itself stands above the rows: it offers what `api` holds.
            if own and other in rows and (own not in rows or rows[other] >= rows[own]):
                found.append(f"{name_of(path, root)} imports {module}")
    return found


def test_every_package_has_a_row_and_every_row_a_package() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert packages == set(rows_of_the_page())


def test_only_the_two_free_modules_stand_outside_the_rows() -> None:
    assert {path.stem for path in SOURCE.glob("*.py")} == FREE | {"__init__"}


def test_imports_go_down_the_rows() -> None:
    assert climbs(SOURCE, rows_of_the_page()) == []


def test_the_free_modules_import_nothing_of_litho() -> None:
    for name in FREE:
        found = [module for module, _ in imports_of(SOURCE / f"{name}.py", SOURCE)]
        assert [module for module in found if module.startswith("litho")] == []


@pytest.mark.parametrize(
    "text",
    [
        "import litho.ops",
        "from litho.ops import registry",
        "from litho import ops",
        "def late():\n    from litho.ops.relu import OP",
        "from ..ops import registry",
        "import importlib\nimportlib.import_module('litho.ops')",
        "from litho.ir import Graph",
    ],
)
def test_a_planted_climb_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "planted.py").write_text(text)
    assert len(climbs(tmp_path, {"rtl": 2, "ir": 3, "ops": 4})) == 1


def test_torch_is_imported_only_on_the_torch_side_and_in_functions_of_cases() -> None:
    found = []
    for path in modules(SOURCE):
        if package_of(name_of(path, SOURCE)) in TORCH_SIDE:
            continue
        top_lines = {node.lineno for node in ast.parse(path.read_text()).body}
        for module, node in imports_of(path, SOURCE):
            is_case = path.name == "cases.py" and node.lineno not in top_lines
            if module.split(".")[0] in {"torch"} | TEXT and not is_case:
                found.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    assert found == []


def test_programs_are_run_only_by_tools() -> None:
    found = []
    for path in modules(SOURCE):
        if package_of(name_of(path, SOURCE)) == "tools":
            continue
        found += [m for m, _ in imports_of(path, SOURCE) if m.split(".")[0] in RUNS_PROGRAMS]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "os":
                runs = node.attr in {"system", "popen", "fork"} or re.match("exec|spawn", node.attr)
                found += [f"{path.relative_to(SOURCE)}: os.{node.attr}"] if runs else []
    assert found == []


def test_only_app_prints_or_exits() -> None:
    found = []
    for path in modules(SOURCE):
        if package_of(name_of(path, SOURCE)) == "app":
            continue
        place = str(path.relative_to(SOURCE))
        found += [
            f"{place} imports {module}"
            for module, _ in imports_of(path, SOURCE)
            if module.split(".")[0] in {"click", "rich"}
        ]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"print", "exit"}:
                found.append(f"{place}:{node.lineno}")
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "sys":
                writes = node.attr in {"stdout", "stderr", "exit"}
                found += [f"{place}:{node.lineno} sys.{node.attr}"] if writes else []
    assert found == []


def test_cases_are_imported_by_the_testing_package_alone() -> None:
    found = [
        f"{name_of(path, SOURCE)} imports {module}"
        for path in modules(SOURCE)
        for module, _ in imports_of(path, SOURCE)
        if module.startswith("litho.") and "cases" in module.split(".")
        if package_of(name_of(path, SOURCE)) != "testing" and path.name != "cases.py"
    ]
    assert found == []


def test_public_modules_say_what_they_are_and_what_they_offer() -> None:
    silent = []
    for path in modules(SOURCE):
        tree = ast.parse(path.read_text())
        if not tree.body:
            continue
        has_all = any(
            isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
            for node in tree.body
        )
        is_private = path.name.startswith("_") and path.name != "__init__.py"
        if ast.get_docstring(tree) is None or not (has_all or is_private):
            silent.append(name_of(path, SOURCE))
    assert silent == []


def loaded_after(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_litho_loads_nothing_heavy() -> None:
    assert loaded_after("import litho") & HEAVY == set()


def test_importing_the_verbs_loads_nothing_heavy() -> None:
    names = "api.capture, api.emit, api.run, api.list, api.doctor"
    assert loaded_after(f"from litho import api\n{names}") & HEAVY == set()


def test_nothing_outside_the_torch_side_loads_torch_when_imported() -> None:
    names = [
        name_of(path, SOURCE)
        for path in modules(SOURCE)
        if package_of(name_of(path, SOURCE)) not in TORCH_SIDE
        if path.name not in {"cases.py", "__main__.py"}
    ]
    statement = "\n".join(f"import {name}" for name in names)
    assert loaded_after(statement) & ({"torch", "sklearn"} | TEXT) == set()
