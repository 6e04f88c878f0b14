"""Runs a test of kernels once in each build of their loops."""

from collections.abc import Iterator

import pytest

from litho import kernels


@pytest.fixture(params=["AVX-512", "AVX2", "portable"])
def loops(request: pytest.FixtureRequest) -> Iterator[None]:
    if not kernels.is_compiled():
        pytest.skip("the compiled kernels are missing: no C++ compiler when litho was installed")
    with kernels.limited(request.param):
        if not kernels.describe().endswith(request.param):
            pytest.skip(f"{request.param} is missing in this processor")
        yield
