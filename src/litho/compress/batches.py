"""Batches that are walked several times."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from litho.errors import ConfigError

__all__ = ["Batches", "Walk"]

Batches = Iterable[Any] | Callable[[], Iterable[Any]]


class Walk:
    """A list of batches, or what a function gives, from its beginning as often as it is walked."""

    def __init__(self, batches: Batches, take: Callable[[Any], Any] | None = None) -> None:
        """Walk `batches`, each as `take` gives it.

        Raises `ConfigError` for an iterator, which is at its end after the first walk.
        """
        if isinstance(batches, Iterator):
            raise ConfigError(
                "batches must be a list, or a function that gives an iterator, to be walked several"
                f" times, not a {type(batches).__name__}, which is walked once"
            )
        self._batches, self._take = batches, take

    def __iter__(self) -> Iterator[Any]:
        found = self._batches() if callable(self._batches) else self._batches
        return map(self._take, found) if self._take else iter(found)
