"""A sweep: one configuration with placeholders, and the points that fill them in."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from litho.errors import ConfigError
from litho.flow.config import Config, Plot
from litho.flow.digests import digest_of
from litho.flow.paths import function_at, located
from litho.flow.strict import convert, dump_tables

__all__ = ["Point", "Sweep", "is_sweep", "read_sweep"]

_HOLE = re.compile(r"\{([A-Za-z_]\w*)\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
_LONGEST = 120  # characters of a folder's name

Tables = Mapping[str, Any]
Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a sweep: its name, which is its folder's, its parameters, its configuration."""

    name: str
    parameters: Parameters
    config: Config


@dataclass(frozen=True, slots=True)
class Sweep:
    """A configuration with placeholders: its points, how they are drawn, and all of it as TOML."""

    points: tuple[Point, ...]
    plot: Plot | None
    text: str


def is_sweep(tables: Tables) -> bool:
    """Say whether a configuration describes several runs."""
    return "sweep" in tables or "plot" in tables


def read_sweep(tables: Tables, place: str, folder: Path = Path()) -> Sweep:
    """Give the sweep that the `tables` of a configuration, which came from `place`, describe.

    Relative paths in it are taken from `folder`. Each [[sweep]] is the product of its lists, a
    later key varying faster; the points of all come one after the other, each once. `{name}` in a
    text of the configuration stands for the parameter; a text that is nothing else takes its value
    with its type, and is left out where a point has no such parameter. Every point is read: what
    is wrong in one is said before any runs.
    Raises `ConfigError` with the path of the key that is wrong.
    """
    if "sensitivity" in tables:
        raise ConfigError(
            f"a sweep must have no table [sensitivity], and {place} has one; make a study of each"
            " point of its own"
        )
    rest = {key: value for key, value in tables.items() if key not in ("sweep", "plot")}
    plot = convert(tables["plot"], Plot, f"table [plot] of {place}") if "plot" in tables else None
    lists = _lists(tables.get("sweep"), place)
    derived = {key for table in lists for key, values in table.items() if any(map(_holes, values))}
    found = [point for number, table in enumerate(lists) for point in _product(table, number)]
    found = [point for at, point in enumerate(found) if point not in found[:at]]
    names = _names(found, derived)
    points = []
    for name, parameters in zip(names, found, strict=True):
        filled = _filled(rest, parameters, {key for point in found for key in point}, "")
        config = located(convert(filled, Config, f"{place}, point {name}"), folder)
        points.append(Point(name, parameters, config))
    _check_used(found, rest, lists, plot)
    return Sweep(tuple(points), plot, dump_tables(_settled(tables, points[0].config, folder)))


def _settled(tables: Tables, config: Config, folder: Path) -> dict[str, Any]:
    """Give `tables` with the paths that all points share as they are found from anywhere."""
    found = dict(tables)
    if isinstance(tables.get("compress"), list):
        found["compress"] = [_settled_table(table, folder) for table in tables["compress"]]
    for key in ("data", "start", "ops"):
        if key in tables and not _holes(tables[key]):
            found[key] = getattr(config, key)
    model = dict(tables["model"])
    for key in ("name", "weights"):
        if key in model and not _holes(model[key]):
            model[key] = getattr(config.model, key)
    return {**found, "model": model}


def _settled_table(table: Any, folder: Path) -> Any:
    """Give a table [[compress]] with the files of what replaces layers as they are found."""
    rules = table.get("replace") if isinstance(table, Mapping) else None
    if not isinstance(rules, list):
        return table
    found = [
        {**rule, "module": function_at("compress.replace.module", rule["module"], folder)}
        if isinstance(rule, Mapping) and not _holes(rule.get("module"))
        else rule
        for rule in rules
    ]
    return {**table, "replace": found}


def _lists(tables: Any, place: str) -> list[dict[str, list[Any]]]:
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    if not is_list or not tables:
        raise ConfigError(
            f"key 'sweep' must be tables [[sweep]] of lists, not {tables!r}; in {place}"
        )
    for number, table in enumerate(tables):
        for key, values in table.items():
            if not isinstance(values, list) or not values:
                raise ConfigError(
                    f"key 'sweep[{number}].{key}' must be a list of values, not {values!r};"
                    f" in {place}"
                )
    return list(tables)


def _product(table: Mapping[str, list[Any]], number: int) -> Iterator[Parameters]:
    """Give the points of one table, the placeholders among its values filled in."""
    for values in product(*table.values()):
        raw = dict(zip(table, values, strict=True))
        plain = {key: value for key, value in raw.items() if not _holes(value)}
        yield {
            key: _fill(value, plain, set(plain), f"sweep[{number}].{key}")
            for key, value in raw.items()
        }


def _holes(value: Any) -> set[str]:
    """Give the names of all placeholders in a value."""
    if isinstance(value, str):
        return set(_HOLE.findall(value))
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return set().union(*map(_holes, value))
    return set()


_ABSENT = object()


def _filled(tables: Tables, parameters: Parameters, known: set[str], path: str) -> dict[str, Any]:
    places = {key: f"{path}.{key}".lstrip(".") for key in tables}
    found = {key: _fill(tables[key], parameters, known, places[key]) for key in tables}
    return {key: value for key, value in found.items() if value is not _ABSENT}


def _fill(value: Any, parameters: Parameters, known: set[str], path: str) -> Any:
    """Give `value` with its placeholders filled in; nothing for a key that is to be left out."""
    if isinstance(value, Mapping):
        return _filled(value, parameters, known, path)
    if isinstance(value, list):
        found = [_fill(v, parameters, known, f"{path}[{at}]") for at, v in enumerate(value)]
        return [item for item in found if item is not _ABSENT]
    if not isinstance(value, str):
        return value
    for name in _HOLE.findall(value):
        if name not in known:
            raise ConfigError(
                f"placeholder '{{{name}}}' of key {path!r} must be a parameter of [[sweep]], one"
                f" of {', '.join(sorted(known)) or '(none)'}"
            )
    whole = _HOLE.fullmatch(value)
    if whole:
        return parameters.get(whole[1], _ABSENT)
    return _HOLE.sub(lambda hole: _inside(hole[1], parameters, path), value)


def _inside(name: str, parameters: Parameters, path: str) -> str:
    if name not in parameters:
        raise ConfigError(
            f"placeholder '{{{name}}}' inside the text of key {path!r} must have a value in every"
            f" table [[sweep]], and the one with {_said(parameters)} gives none"
        )
    return _spelled(parameters[name])


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return digest_of(value)[:8]


def _said(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={_spelled(value)}" for key, value in parameters.items())


def _check_used(
    points: Sequence[Parameters], rest: Tables, lists: Sequence[Tables], plot: Plot | None
) -> None:
    used = _holes(rest).union(*(_holes(list(table.values())) for table in lists))
    drawn = {key for key in (plot.x, plot.curve, plot.over) if key} if plot else set()
    given = {key for point in points for key in point}
    for key in sorted(given - used - drawn):
        raise ConfigError(
            f"parameter {key!r} of [[sweep]] must be used, by a placeholder '{{{key}}}' or as x,"
            " curve or over of [plot], and is not; correct its name, or remove it"
        )
    for key in sorted(drawn - given):
        if key != "seed":
            raise ConfigError(f"key 'plot' must name parameters of [[sweep]], not {key!r}")


def _names(points: Sequence[Parameters], derived: set[str]) -> list[str]:
    """Give a name to each point: of no more parameters than tell the points apart."""
    keys = list(dict.fromkeys(key for point in points for key in point))
    dispensable = [key for key in reversed(keys) if key in derived]
    dispensable += [key for key in reversed(keys) if key not in derived]
    for key in dispensable:
        fewer = [other for other in keys if other != key]
        if len({repr([point.get(other) for other in fewer]) for point in points}) == len(points):
            keys = fewer
    names = [_name({key: point[key] for key in keys if key in point}) for point in points]
    counts = Counter(names)
    return [
        f"{name}-{digest_of(point)[:8]}" if counts[name] > 1 else name
        for name, point in zip(names, points, strict=True)
    ]


def _name(parameters: Parameters) -> str:
    parts = (f"{key}={_UNSAFE.sub('_', _spelled(value))}" for key, value in parameters.items())
    return ",".join(parts)[:_LONGEST] or "point"
