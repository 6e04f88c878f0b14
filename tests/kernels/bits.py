"""What the tests of kernels compare with, and values that are hard to round."""

import numpy as np

from litho.formats import CodeFormat, Format, GroupedFormat, Scale

__all__ = ["assert_same_bits", "every_kind_of_float32", "near_the_ties", "reference"]


def reference(values: np.ndarray, form: Format, scale: Scale) -> np.ndarray:
    with np.errstate(over="ignore"):
        if isinstance(form, GroupedFormat):
            return form.decode(form.encode(values)).astype(np.float32)
        assert isinstance(form, CodeFormat)
        return form.decode(form.encode(values, scale), scale).astype(np.float32)


def every_kind_of_float32(count: int, seed: int) -> np.ndarray:
    """Normal numbers of many sizes, any finite bits, subnormals and both zeros."""
    generator = np.random.default_rng(seed)
    bits = generator.integers(0, 1 << 32, count, dtype=np.uint32).view(np.float32)
    plain = generator.standard_normal(count) * 2.0 ** generator.integers(-10, 10, count)
    tiny = generator.integers(0, 1 << 23, count // 8, dtype=np.uint32).view(np.float32)
    zeros = np.array([0.0, -0.0], np.float32)
    return np.concatenate([bits[np.isfinite(bits)], plain.astype(np.float32), tiny, -tiny, zeros])


def near_the_ties(form: CodeFormat, scale: Scale) -> np.ndarray:
    """The values of a format, the middles between them, and the float32 on either side."""
    generator = np.random.default_rng(1)
    if form.bits <= 12:
        codes = np.arange(form.low, form.high + 1)
    else:
        codes = np.append(generator.integers(form.low, form.high + 1, 4096), [form.low, form.high])
    values = form.decode(codes, scale)
    values = np.unique(values[np.isfinite(values)])
    exact = np.concatenate([values, (values[1:] + values[:-1]) / 2])
    with np.errstate(over="ignore"):
        found = exact.astype(np.float32)
        sides = [np.nextafter(found, np.float32(end)) for end in (np.inf, -np.inf)]
    found = np.concatenate([found, *sides])
    return found[np.isfinite(found)]


def assert_same_bits(found: np.ndarray, expected: np.ndarray, values: np.ndarray) -> None:
    differs = np.flatnonzero(found.view(np.int32).ravel() != expected.view(np.int32).ravel())
    assert found.dtype == np.float32
    assert not len(differs), (
        f"{len(differs)} of {values.size}: {values.ravel()[differs[0]]!r} must become"
        f" {expected.ravel()[differs[0]]!r}, not {found.ravel()[differs[0]]!r}"
    )
