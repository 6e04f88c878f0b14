"""What a stage's result is a consequence of, and what it is not."""

import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import litho
from litho.flow.closure import Closure, Sources, closures_of
from litho.flow.config import Config
from litho.flow.module_source import read_module
from litho.flow.run import stages_of
from litho.flow.stage import _HDL_FINDERS, _OPERATIONS, Context, Stage, bring_up
from litho.flow.strict import convert

ROOT = Path(litho.__file__).parent

TREE = {
    "__init__.py": "",
    "work/__init__.py": "from litho.work.stage import run\n",
    "work/stage.py": """
from litho import store, tools
from litho.kinds import Kind

def run():
    from litho.late import learn
    return learn(), tools.find("x"), other

def other(kind: Kind = Kind()):
    return 1

def unused():
    return store.keep()
""",
    "late.py": "def learn():\n    return 3\n\ndef forget():\n    return 4\n",
    "kinds.py": "class Kind:\n    pass\n",
    "store.py": "def keep():\n    return 5\n",
    "tools/__init__.py": "from litho.tools.found import find\nfrom litho.tools.lost import lose\n",
    "tools/found.py": "def find(name):\n    return TABLE[name]\n\nTABLE = {}\nTABLE['x'] = 1\n",
    "tools/lost.py": "def lose():\n    return 6\n",
}


def tree(folder: Path, **more: str) -> Sources:
    for name, text in {**TREE, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Sources(folder)


def names(folder: Path, start: str = "litho.work.stage:run", **more: str) -> set[str]:
    module, _, name = start.partition(":")
    return set(tree(folder, **more).closure(module, name).names)


def test_what_is_mentioned_is_followed_and_nothing_else(tmp_path: Path) -> None:
    assert names(tmp_path) == {
        "litho.work.stage:run",
        "litho.work.stage:other",
        "litho.late:learn",
        "litho.kinds:Kind",
        "litho.tools.found:find",
        "litho.tools.found:TABLE",
    }


def test_a_package_leads_to_what_it_offers(tmp_path: Path) -> None:
    assert names(tmp_path, "litho.work:run") == names(tmp_path)


def test_what_a_module_does_when_it_is_loaded_counts(tmp_path: Path) -> None:
    found = names(
        tmp_path,
        **{
            "tools/lost.py": "from litho.store import keep\n\ndef lose(): ...\n\nkeep()\n",
            "kinds.py": "from litho.late import forget\n\n@forget\nclass A: ...\nclass Kind: ...",
        },
    )
    assert {"litho.tools.lost:", "litho.store:keep", "litho.kinds:", "litho.late:forget"} <= found
    assert "litho.tools.lost:lose" not in found


def test_a_table_that_another_module_fills_counts_with_who_fills_it(tmp_path: Path) -> None:
    text = "from litho.tools.found import TABLE\n\nTABLE['y'] = 2\n"
    assert "litho.tools.lost:" in names(tmp_path, **{"tools/lost.py": text})


@pytest.mark.parametrize(
    "text",
    [
        "import pkgutil\n\ndef find():\n    return [x for x in pkgutil.iter_modules(__path__)]\n",
        "import importlib\n\ndef find(name):\n    return importlib.import_module(name)\n",
    ],
)
def test_who_imports_by_names_made_at_run_time_counts_with_the_package(
    tmp_path: Path, text: str
) -> None:
    found = names(tmp_path, **{"tools/__init__.py": text, "tools/cases.py": "A = 1\n"})
    assert {"litho.tools.lost:lose", "litho.tools.found:find"} <= found
    assert "litho.tools.cases:A" not in found


def test_a_package_that_a_text_begins_with_counts(tmp_path: Path) -> None:
    text = "import importlib\n\ndef learn():\n    importlib.import_module(f'litho.tools.{1}')"
    assert "litho.tools.lost:lose" in names(tmp_path, **{"late.py": text})


def test_a_module_that_is_handed_on_counts_whole(tmp_path: Path) -> None:
    text = "from litho import store, tools\n\ndef learn():\n    return getattr(tools, 'lose')()\n"
    found = names(tmp_path, **{"late.py": text})
    assert "litho.tools.lost:lose" in found
    assert "litho.store:keep" not in found


def test_imports_for_types_do_not_load(tmp_path: Path) -> None:
    text = (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from litho.late import forget\n"
        "\ndef learn() -> 'forget':\n    return 3\n"
    )
    assert "litho.late:forget" not in names(tmp_path, **{"late.py": text})


def test_files_beside_who_looks_for_them_count(tmp_path: Path) -> None:
    sources = tree(
        tmp_path,
        **{
            "tools/found.py": "from pathlib import Path\n\nfind = Path(__file__).parent\n",
            "tools/deep/page.j2": "",
            "tools/block.sv": "",
            "tools/page.md": "",
            "tools/.hidden/page.j2": "",
            "store.sv": "",
        },
    )
    found = sources.closure("litho.work.stage", "run")
    assert [path.name for path in found.files(with_hdl=True)] == ["block.sv", "page.j2"]
    assert [path.name for path in found.files(with_hdl=False)] == ["page.j2"]


def test_of_a_record_of_the_configuration_methods_count(tmp_path: Path) -> None:
    text = (
        "from litho.late import forget, learn\n\nclass Kind:\n    seed: int = 0\n"
        "    def __post_init__(self):\n        learn()\n    def batches(self):\n        forget()\n"
    )
    sources = tree(tmp_path, **{"flow/__init__.py": "", "flow/config.py": text})
    before = sources.closure("litho.flow.config", "Kind")
    assert before.names == {"litho.flow.config:Kind", "litho.late:forget"}
    (tmp_path / "flow" / "config.py").write_text(text.replace("0", "1"))
    assert Sources(tmp_path).closure("litho.flow.config", "Kind").digest == before.digest


def test_relative_imports_and_imports_under_another_name_are_followed(tmp_path: Path) -> None:
    text = "import litho.store as kept\nfrom ..late import learn as teach\n\ndef find(x):\n"
    found = names(tmp_path, **{"tools/found.py": text + "    return kept.keep(), teach()\n"})
    assert {"litho.store:keep", "litho.late:learn"} <= found


TABLES: dict[str, Any] = {
    "stimuli": {"format": "fixed8f3", "shape": [4], "given": [[3, 6, 0, 1]], "random": 20},
    "model": {"name": "one_layer"},
    "quantize": [{"weights": "fixed8f3", "inputs": "fixed8f3"}],
    "compress": [{"prune": [{"sparsity": 0.5, "score": "wanda"}], "sequential": True}],
    "hardware": {"device": "ecp5-25k"},
    "simulate": {"simulator": "icarus", "wave": 4},
}
STAGES = stages_of(convert({**TABLES, "synthesize": {}}, Config, "here"))


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources(ROOT)


def closure(stage: Stage, sources: Sources) -> Closure:
    return sources.closure(stage.work.__module__, stage.work.__name__)


def changed(sources: Sources, module: str, first: int = 0, end: int | None = None) -> Sources:
    """The same sources, but for a blank before each line (outside of texts) from `first` on."""
    old = sources.module(module)
    assert old is not None
    lines = [*old.lines]
    lines[slice(first, end)] = [
        line if line.endswith("\\") else f"{line} " for line in lines[slice(first, end)]
    ]
    found = Sources(ROOT)
    found._modules = {**sources._modules}
    found._paths = sources._paths
    found._modules[module] = read_module(module, old.is_package, "\n".join(lines))
    return found


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_change_inside_makes_another_key_and_one_outside_does_not(
    stage: Stage, sources: Sources
) -> None:
    before, generator = closure(stage, sources), random.Random(stage.name)
    for name in generator.sample(sorted(before.names), 6):
        module, _, text = name.partition(":")
        source = sources.module(module)
        assert source is not None
        found = source.bindings
        line = (found.statements[text] if text else found.effects)[0].lineno
        if module != "litho.flow.config":
            after = closure(stage, changed(sources, module, line - 1, line))
            assert after.digest != before.digest, name
    outside = sorted({*sources.below("litho.api")[1:], *_modules(sources)} - before.modules)
    for module in generator.sample(outside, 6):
        assert closure(stage, changed(sources, module)).digest == before.digest, module


def _modules(sources: Sources) -> Iterator[str]:
    for package in sorted(path.parent.name for path in ROOT.glob("*/__init__.py")):
        yield from sources.below(f"litho.{package}")


def test_nothing_registers_by_being_a_subclass(sources: Sources) -> None:
    """The search does not know of it: a decorator, or a call when the module is loaded, is seen."""
    for module in _modules(sources):
        source = sources.module(module)
        assert source is not None
        assert not any("def __init_subclass__" in line for line in source.lines), module


def test_training_depends_on_no_hardware(sources: Sources) -> None:
    train = next(stage for stage in STAGES if stage.name == "train")
    modules = closure(train, sources).modules
    packages = {module.split(".")[1] for module in modules}
    assert "tasks" in packages
    assert packages.isdisjoint({"api", "app", "compress", "emit", "frontend", "passes", "sim"})
    assert {module for module in modules if ".tools" in module} <= {"litho.tools.cache"}


def test_operations_count_from_the_first_stage_that_loads_them(sources: Sources) -> None:
    loading = [s.name for s in STAGES if _OPERATIONS in closure(s, sources).names]
    assert loading == ["lower", "fold", "emit", "evaluate", "compare", "simulate", "wave"]
    reading = [s.name for s in STAGES if not _HDL_FINDERS.isdisjoint(closure(s, sources).names)]
    assert reading[0] == "emit"
    lower = next(stage for stage in STAGES if stage.name == "lower")
    every = {f"litho.ops.{path.parent.name}:OP" for path in (ROOT / "ops").glob("*/__init__.py")}
    assert every <= closure(lower, sources).names


def test_what_is_kept_is_what_is_found(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    functions = [stage.work for stage in STAGES[:2]]
    found = [closure(stage, sources) for stage in STAGES[:2]]
    assert closures_of(functions) == closures_of(functions) == found


def test_of_a_function_that_is_not_of_litho_nothing_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path))
    (found,) = closures_of([test_training_depends_on_no_hardware])
    assert not found.names


class Watched:
    """A stage's work that remembers the code it ran and the files it opened."""

    ran: set[CodeType]
    opened: set[str]
    active: "Watched | None" = None

    def __init__(self, work: Callable[[Context], None]) -> None:
        self.work, self.ran, self.opened = work, set(), set()

    def __call__(self, context: Context) -> None:
        def seen(frame: FrameType, event: str, argument: object) -> None:
            del argument
            if event == "call":
                self.ran.add(frame.f_code)

        Watched.active = self
        sys.setprofile(seen)
        try:
            self.work(context)
        finally:
            sys.setprofile(None)
            Watched.active = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and Watched.active and isinstance(arguments[0], str | Path):
        Watched.active.opened.add(str(arguments[0]))


def test_whatever_a_stage_runs_and_reads_counts(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = convert(TABLES, Config, "here")
    stages = stages_of(config)
    # All modules are loaded before the stages are watched.
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "first"))
    bring_up(stages, config)
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "second"))
    sys.addaudithook(_note)
    watched = {stage.name: Watched(stage.work) for stage in stages}
    bring_up(
        tuple(
            Stage(stage.name, stage.needs, stage.facts, partial(watched[stage.name]))
            for stage in stages
        ),
        config,
    )
    for stage in stages:
        found = closure(stage, sources)
        missed = {code for code in watched[stage.name].ran if _is_missed(code, found)}
        assert not missed, stage.name
        files = {str(path) for path in found.files(not _HDL_FINDERS.isdisjoint(found.names))}
        opened = {
            path
            for path in watched[stage.name].opened
            if Path(path).is_relative_to(ROOT) and Path(path).suffix not in (".py", ".pyc")
        }
        assert opened <= files, stage.name


def _is_missed(code: CodeType, found: Closure) -> bool:
    path = Path(code.co_filename)
    name = code.co_qualname.split(".")[0]
    if not path.is_relative_to(ROOT) or name == "_Silent":  # the watcher is no part of the result
        return False
    place = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(("litho", *(part for part in place if part != "__init__")))
    # What is registered by a decorator counts as what its module does when it is loaded.
    return f"{module}:{'' if name == '_' else name}" not in found.names
