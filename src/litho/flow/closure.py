"""What of litho's sources the result of a function is a consequence of.

From a function's text on, every name of litho that is mentioned is followed to the text that
defines it, imports inside functions among them; a module that is loaded on the way counts with
what it does when it is loaded (formats register themselves so). What imports by names made at run
time counts with its whole package (operations are found so), what looks for files beside itself
with those files. What is not mentioned does not count: that is what keeps a result when something
else changes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

import litho
from litho.flow.module_source import ModuleSource, Name, read_module
from litho.tools import cached, digest

__all__ = ["HDL", "Closure", "Sources", "closures_of", "files_below"]

HDL = frozenset({".sv", ".svh", ".v", ".vh"})

_PACKAGE = "litho"
_ALL = "*"
_FOUND = "closures.json"
_IGNORED = frozenset({".md", ".py", ".pyc"})
# Never imported at run time; `tests/test_layers.py` holds that.
_NEVER = "cases"


@dataclass(frozen=True, slots=True)
class Closure:
    """What counts: the names, as `module:name`, a digest of their texts, and folders of files."""

    names: frozenset[str]
    digest: str
    folders: tuple[str, ...]

    @property
    def modules(self) -> frozenset[str]:
        """The modules of which something counts."""
        return frozenset(name.partition(":")[0] for name in self.names)

    def files(self, with_hdl: bool) -> list[Path]:
        """Give the files beside the modules that count; hardware descriptions only `with_hdl`."""
        found = {path for folder in self.folders for path in files_below(Path(folder))}
        return sorted(path for path in found if with_hdl or path.suffix not in HDL)


def files_below(folder: Path) -> Iterator[Path]:
    """Give the files in `folder` and below that something may be read from at run time."""
    for path in folder.rglob("*"):
        place = path.relative_to(folder).parts
        is_hidden = any(part.startswith((".", "__pycache__")) for part in place)
        if path.suffix not in _IGNORED and not is_hidden and path.is_file():
            yield path


class Sources:
    """The sources of litho below the folder `root`, read when they are asked for."""

    def __init__(self, root: Path) -> None:
        """Read from `root`, which is the folder of the package itself."""
        self._root = root
        self._modules: dict[str, ModuleSource | None] = {}
        self._paths: dict[str, Path | None] = {}

    def path(self, name: str) -> Path | None:
        """Give the file of the module called `name`, or None when there is no such module."""
        if name not in self._paths:
            self._paths[name] = self._found(name)
        return self._paths[name]

    def _found(self, name: str) -> Path | None:
        top, *rest = name.split(".")
        if top != _PACKAGE or not rest:
            return None
        place = self._root.joinpath(*rest)
        paths = (place / "__init__.py", place.with_suffix(".py"))
        return next((path for path in paths if path.is_file()), None)

    def module(self, name: str) -> ModuleSource | None:
        """Give the module called `name`, or None when there is no such module."""
        if name not in self._modules:
            path = self.path(name)
            self._modules[name] = (
                read_module(name, path.name == "__init__.py", path.read_text()) if path else None
            )
        return self._modules[name]

    def below(self, package: str) -> list[str]:
        """Give the names of all modules of `package`, itself among them."""
        path = self.path(package)
        if path and path.name != "__init__.py":
            return [package]
        folder = path.parent if path else self._root
        found = []
        for inner in sorted(folder.rglob("*.py")):
            *parents, stem = inner.relative_to(folder).with_suffix("").parts
            if stem != _NEVER:
                own = [] if stem == "__init__" else [stem]
                found.append(".".join([package, *parents, *own]))
        return found

    def closure(self, module: str, name: str) -> Closure:
        """Give what counts for what `module` calls `name`; all of the module when it is unknown."""
        return _Search(self).run(module, name)


@dataclass
class _Search:
    sources: Sources
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    pending: list[Name] = field(default_factory=list)

    def run(self, module: str, name: str) -> Closure:
        self.pending.append((module, name))
        seen: set[Name] = set()
        while self.pending:
            path = self.pending.pop()
            if path not in seen:
                seen.add(path)
                self._follow(path)
        parts = [part for key, text in sorted(self.texts.items()) for part in (*key, text)]
        names = frozenset(":".join(key) for key in self.texts)
        return Closure(names, digest(*parts), tuple(sorted(map(str, self.folders))))

    def _follow(self, path: Name) -> None:
        """Count what a name means: text of its module, or what another module means by it."""
        module, *rest = path
        self._load(module)
        source = self.sources.module(module)
        if source is None:
            # The package litho itself is only the way to what it holds.
            if rest and module == _PACKAGE:
                self._follow_inner(module, rest)
            return
        if not rest or rest[0] == _ALL:
            self._whole(source)
            return
        bindings = source.bindings
        if rest[0] in bindings.statements:
            self._count(source, rest[0])
        if rest[0] in bindings.imports:
            self.pending.append((*bindings.imports[rest[0]], *rest[1:]))
        elif rest[0] not in bindings.statements:
            self._follow_inner(module, rest)

    def _follow_inner(self, module: str, rest: list[str]) -> None:
        inner = f"{module}.{rest[0]}"
        if self.sources.path(inner):
            self.pending.append((inner, *rest[1:]))
        elif module != _PACKAGE and not (rest[0].startswith("__") and rest[0].endswith("__")):
            self._package(module)

    def _whole(self, source: ModuleSource) -> None:
        bindings = source.bindings
        self.pending += [(source.name, name) for name in bindings.statements]
        self.pending += [(source.name, name) for name in bindings.imports]

    def _package(self, module: str) -> None:
        """Count every module that lies in `module`, or beside it when it is no package."""
        self.pending += [(name, _ALL) for name in self.sources.below(module)]

    def _load(self, module: str) -> None:
        """Count what happens when a module is loaded, and those that it loads."""
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in self.loaded:
                continue
            self.loaded.add(name)
            parent = name.rpartition(".")[0]
            waiting += [parent] if parent else []
            source = self.sources.module(name)
            if source is None:
                continue
            waiting += source.bindings.executed
            if source.bindings.effects:
                self._count(source, "")

    def _count(self, source: ModuleSource, name: str) -> None:
        key = (source.name, name)
        if key in self.texts:
            return
        part = source.part(name)
        self.texts[key] = part.text
        self.pending += part.names
        for module in part.imports:
            self._load(module)
        path = self.sources.path(source.name)
        assert path is not None
        if part.has_files:
            self.folders.add(path.parent)
        if part.is_dynamic:
            package = source.name if source.is_package else source.name.rpartition(".")[0]
            self._package(package)
            for start in part.texts:
                self._nearest(start)

    def _nearest(self, text: str) -> None:
        """Count the package that a name made at run time begins with."""
        while text and not self.sources.path(text):
            text = text.rpartition(".")[0]
        if text:
            self._package(text)


def closures_of(functions: Sequence[Callable[..., Any]], root: Path | None = None) -> list[Closure]:
    """Give what counts for each of `functions` of litho, whose package lies in `root`.

    For one that is not litho's nothing counts. What was found is kept as long as no source changes.
    """
    place = (root or Path(litho.__file__).parent).resolve()
    names = [_name(function) for function in functions]

    def search(folder: Path) -> None:
        sources = Sources(place)
        found = [sources.closure(*name) if name else Closure(frozenset(), "", ()) for name in names]
        (folder / _FOUND).write_bytes(msgspec.json.encode(found))

    folder, _ = cached("closures", digest(*_texts(place), *map(":".join, names)), search)
    return msgspec.json.decode((folder / _FOUND).read_bytes(), type=list[Closure])


def _name(function: Callable[..., Any]) -> Name:
    """Give module and name of a function of litho; of another's nothing."""
    while hasattr(function, "func"):
        function = function.func
    is_ours = function.__module__.split(".")[0] == _PACKAGE
    return (function.__module__, function.__qualname__.split(".")[0]) if is_ours else ()


def _texts(root: Path) -> Iterator[str | bytes]:
    yield str(root)
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).as_posix()
        yield path.read_bytes()
