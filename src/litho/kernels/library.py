"""The compiled library, when there is one."""

import ctypes
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from shutil import which

__all__ = ["Block", "Parameters", "describe", "is_compiled", "library", "limited"]

_ABI = 9
_LEVELS = ("portable", "AVX2", "AVX-512")


class Parameters(ctypes.Structure):
    """`LithoParameters` of kernels.h."""

    _fields_ = (
        ("up", ctypes.c_float),
        ("down", ctypes.c_float),
        ("low", ctypes.c_float),
        ("high", ctypes.c_float),
        ("half", ctypes.c_float),
        ("mantissa", ctypes.c_int32),
        ("least", ctypes.c_int32),
        ("parity", ctypes.c_int32),
        ("edge", ctypes.c_float),
        ("special", ctypes.c_int32),
        ("finish", ctypes.c_int32),
        ("flushes", ctypes.c_int32),
        ("wide_up", ctypes.c_double),
        ("wide_down", ctypes.c_double),
        ("wide_low", ctypes.c_double),
        ("wide_high", ctypes.c_double),
        ("fine", ctypes.c_float),
        ("lowest", ctypes.c_float),
    )


class Block(ctypes.Structure):
    """`LithoBlock` of kernels.h."""

    _fields_ = (
        ("rows", ctypes.c_int64),
        ("row", ctypes.c_int64),
        ("group", ctypes.c_int64),
        ("element", Parameters),
        ("edge", ctypes.c_float),
        ("bound", ctypes.c_float),
        ("most", ctypes.c_int32),
        ("carries", ctypes.c_int32),
        ("is_integer", ctypes.c_int32),
    )


_POINTER = ctypes.c_void_p
_SIGNATURES = {
    "litho_step": (ctypes.c_int32, *(_POINTER,) * 3, *(ctypes.c_int64,) * 3),
    "litho_table": (*(_POINTER,) * 4, ctypes.c_int32, *(ctypes.c_int64,) * 3),
    "litho_block": (_POINTER,) * 3,
    "litho_step_scale": (ctypes.c_int32, *(_POINTER,) * 6, *(ctypes.c_int64,) * 3),
    "litho_table_scale": (
        *(_POINTER,) * 5,
        ctypes.c_int32,
        *(_POINTER,) * 2,
        *(ctypes.c_int64,) * 3,
    ),
    "litho_inside": (*(_POINTER,) * 5, *(ctypes.c_int64,) * 3),
    "litho_inside_groups": (_POINTER,) * 4,
    "litho_requantize": (
        ctypes.c_int32,
        *(_POINTER,) * 4,
        *(ctypes.c_int64,) * 2,
        _POINTER,
        *(ctypes.c_int64,) * 3,
    ),
    "litho_regrid": (
        ctypes.c_int32,
        *(_POINTER,) * 3,
        *(ctypes.c_double,) * 2,
        *(ctypes.c_int64,) * 3,
    ),
    "litho_limit_level": (ctypes.c_int32,),
}


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL | None:
    """Give the compiled library, or None; the first call says so in the log when there is none."""
    found = next((opened for path in _built() if (opened := _open(path)) is not None), None)
    if found is None:
        logging.getLogger("litho").warning("%s", _absent())
    return found


def _built() -> list[Path]:
    paths = (Path(__file__).with_name(f"_compiled{suffix}") for suffix in EXTENSION_SUFFIXES)
    return [path for path in paths if path.exists()]


def _absent() -> str:
    """Say why the plain reference runs, and what builds the kernels."""
    why = "has compiled kernels of another version" if _built() else "has no compiled kernels"
    compiler = "" if which("c++") else ", once there is a C++ compiler (`apt-get install g++`)"
    return (
        f"this installation of litho {why}, and the plain reference runs, many times slower;"
        f" `pip install -e .` in its sources builds them{compiler}"
    )


def _open(path: Path) -> ctypes.CDLL | None:
    try:
        found = ctypes.CDLL(str(path))
        if found.litho_abi() != _ABI:
            return None
    except (OSError, AttributeError):
        return None
    for name, arguments in _SIGNATURES.items():
        getattr(found, name).argtypes = arguments
    found.litho_regrid.restype = ctypes.c_double
    return found


def is_compiled() -> bool:
    """Whether compiled kernels are there."""
    return library() is not None


def describe() -> str:
    """Say in one line which kernels run."""
    found = library()
    if found is None:
        return _absent()
    return f"compiled kernels, {_LEVELS[found.litho_level()]}"


@contextmanager
def limited(level: str) -> Iterator[None]:
    """Run the loops of `level` ("portable", "AVX2") inside, or the next below the processor has."""
    found = library()
    if found is None:
        yield
        return
    found.litho_limit_level(_LEVELS.index(level))
    try:
        yield
    finally:
        found.litho_limit_level(len(_LEVELS) - 1)
