"""One module of litho as text: what its top-level names mean and what they mention.

A name is a path of words: `("litho.tasks", "find")` is what module `litho.tasks` calls `find`,
`("litho", "tasks", "find")` says the same by way of the package.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["ModuleSource", "Name", "Part", "read_module"]

Name = tuple[str, ...]

# What imports or finds by a name made at run time; whoever mentions it may use its whole package.
_DYNAMIC = frozenset(
    {"__import__", "__subclasses__", "import_module", "iter_modules", "walk_packages"}
)
# What finds the files beside a module.
_FILES = frozenset({"__file__", "__path__", "PackageLoader"})
# Decorators and functions that leave no trace but their result.
_PURE = frozenset({"abc", "contextlib", "dataclasses", "enum", "functools", "typing"})
_ACTIVE = frozenset({"torch", "transformers"})
# The values in a configuration are facts of a stage; of its records only methods count.
_RECORDS = "litho.flow.config"
_SIMPLE = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global)
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Part:
    """The lines that bind one name, and what they mention: names of litho, modules they import.

    `is_dynamic`: they import by names made at run time; `texts` are the beginnings of names of
    litho in them. `has_files`: they look for files beside their module.
    """

    text: str
    names: frozenset[Name]
    imports: frozenset[str]
    texts: frozenset[str]
    is_dynamic: bool
    has_files: bool


@dataclass(slots=True)
class _Bindings:
    """What the top-level statements of a module bind and do."""

    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, Name] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    executed: set[str] = field(default_factory=set)
    effects: list[ast.stmt] = field(default_factory=list)


@dataclass
class ModuleSource:
    """A module: `name`, whether it is a package, and its lines."""

    name: str
    is_package: bool
    lines: list[str]
    tree: ast.Module
    _parts: dict[str, Part] = field(default_factory=dict)

    @cached_property
    def bindings(self) -> _Bindings:
        """What it binds and does when it is imported."""
        found = _Bindings()
        for statement in self.tree.body:
            self._bind(statement, found)
        found.effects = [statement for statement in self.tree.body if self._acts(statement, found)]
        return found

    def part(self, name: str) -> Part:
        """Give what binds `name`; without a name, what the module does when it is loaded."""
        if name not in self._parts:
            found = self.bindings
            statements = found.statements[name] if name else found.effects
            if self.name == _RECORDS:
                statements = [method for item in statements for method in _methods(item)]
            self._parts[name] = self._part(statements)
        return self._parts[name]

    def _part(self, statements: list[ast.stmt]) -> Part:
        lines = [line for item in statements for line in self.lines[_span(item)]]
        words = _Words()
        for item in statements:
            words.read(item)
        local: dict[str, Name] = {}
        foreign: dict[str, str] = {}
        imports = [name for node in words.imports for name in _targets(node, self, local, foreign)]
        found, names = self.bindings, set[Name]()
        for first, *rest in words.chains:
            if first in local:
                names.add((*local[first], *rest))
            if first in found.statements or first in found.imports:
                names.add((self.name, first, *rest))
        every = {word for chain in words.chains for word in chain}
        return Part(
            "\n".join(lines),
            frozenset(names),
            frozenset(imports),
            frozenset(words.texts),
            is_dynamic=not _DYNAMIC.isdisjoint(every),
            has_files=not _FILES.isdisjoint(every) or ("resources", "files") in words.chains,
        )

    def _bind(self, statement: ast.stmt, found: _Bindings) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.executed |= set(_targets(statement, self, found.imports, found.foreign))
        elif isinstance(statement, _DEFINES):
            found.statements.setdefault(statement.name, []).append(statement)
        elif not _is_for_types(statement):
            for node in ast.walk(statement):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    found.executed |= set(_targets(node, self, found.imports, found.foreign))
                if isinstance(node, _DEFINES):
                    found.statements.setdefault(node.name, []).append(statement)
            for name in _bound(statement):
                found.statements.setdefault(name, []).append(statement)

    def _acts(self, statement: ast.stmt, found: _Bindings) -> bool:
        """Say whether `statement` may do more than bind names of this module."""
        if isinstance(statement, _DEFINES):
            return any(not _is_pure(item, found) for item in statement.decorator_list)
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
            return not _is_own(statement, found) or any(_registers(call, found) for call in calls)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return False
        return not isinstance(statement, _SIMPLE) and not _is_for_types(statement)


def read_module(name: str, is_package: bool, text: str) -> ModuleSource:
    """Read the `text` of the module called `name`."""
    return ModuleSource(name, is_package, text.splitlines(), ast.parse(text))


def _span(statement: ast.stmt) -> slice:
    """Give where a statement lies among the lines, its decorators with it."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(item.lineno for item in decorators)])
    return slice(first - 1, statement.end_lineno)


def _methods(statement: ast.stmt) -> list[ast.stmt]:
    """Give the methods of a record, or the statement when it is none."""
    if not isinstance(statement, ast.ClassDef):
        return [statement]
    methods = [item for item in statement.body if isinstance(item, ast.FunctionDef)]
    return [item for item in methods if item.name != "__post_init__"]


def _is_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Give the names that a statement binds or changes, in this module."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from _base(node)


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _is_own(statement: ast.Assign | ast.AnnAssign | ast.AugAssign, found: _Bindings) -> bool:
    """Say whether all that is assigned to are names of the module itself."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    bases = [base for target in targets for item in _items(target) for base in _base(item)]
    return bool(bases) and not any(base in found.imports or base in found.foreign for base in bases)


def _items(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple | ast.List) else [target]


def _is_pure(decorator: ast.expr, found: _Bindings) -> bool:
    """Say whether a decorator is of those that only make another function or class."""
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    first = _chain(call)[0]
    return found.foreign.get(first) in _PURE or first == "property"


def _registers(call: ast.expr, found: _Bindings) -> bool:
    """Say whether what is called leaves more than its result."""
    words = _chain(call)
    return words[-1].startswith("register") or found.foreign.get(words[0]) in _ACTIVE


def _chain(node: ast.AST) -> Name:
    """Give a name with the attributes asked of it: `a.b.c` as ("a", "b", "c")."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else "", *reversed(words))


@dataclass(slots=True)
class _Words:
    """What stands in a statement: names, imports, and texts that begin as names of litho do."""

    chains: set[Name] = field(default_factory=set)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    def read(self, start: ast.AST) -> None:
        pending = [start]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name | ast.Attribute):
                self.chains.add(_chain(node))
                while isinstance(node, ast.Attribute):
                    node = node.value
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.append(node)
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str) and node.value.startswith("litho."):
                    self.texts.add(node.value)
            elif not isinstance(node, ast.Name):
                for name in node._fields:
                    inner = getattr(node, name, None)
                    if isinstance(inner, list):
                        pending += [item for item in inner if isinstance(item, ast.AST)]
                    elif isinstance(inner, ast.AST):
                        pending.append(inner)


def _targets(
    node: ast.Import | ast.ImportFrom,
    module: ModuleSource,
    bound: dict[str, Name],
    foreign: dict[str, str],
) -> Iterator[str]:
    """Give the modules that an import may load, and note what its names stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            name, top = alias.asname or alias.name.split(".")[0], alias.name.split(".")[0]
            if top != "litho":
                foreign[name] = top
                continue
            bound[name] = tuple(alias.name.split(".")) if alias.asname else ("litho",)
            yield alias.name
        return
    base = _absolute(node, module)
    for alias in node.names:
        name = alias.asname or alias.name
        if base.split(".")[0] == "litho":
            bound[name] = (base, alias.name)
            yield from (base, f"{base}.{alias.name}")
        else:
            foreign[name] = base.split(".")[0]


def _absolute(node: ast.ImportFrom, module: ModuleSource) -> str:
    if not node.level:
        return node.module or ""
    here = module.name.split(".")
    here = here if module.is_package else here[:-1]
    parts = here[: len(here) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])
