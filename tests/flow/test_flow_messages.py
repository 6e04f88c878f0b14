"""What a run refuses, in its own words."""

from pathlib import Path

import numpy as np
import pytest

from litho.errors import DataError, MismatchError
from litho.flow.codes import read_codes
from litho.flow.integers import _check_equal


@pytest.mark.parametrize("content", [None, b"no archive"])
def test_a_file_of_vectors_is_an_archive_of_codes(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "vectors.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"vectors\.npz must hold arrays of codes, and does not: "):
        read_codes(path)


def test_two_accuracies_that_differ_end_the_run() -> None:
    fake = np.array([[1.0, 2.0], [3.0, 4.0]])
    message = (
        "the fake-quantized network must equal the integer graph in every output, and 1 of 4"
        r" differ: output 0 of sample 1 is 3.0 in the fake-quantized network \(PyTorch\) and 5.0 in"
        r" the integer graph \(the reference\); told$"
    )
    with pytest.raises(MismatchError, match=message):
        _check_equal(fake, np.array([[1.0, 2.0], [5.0, 4.0]]), lambda: "; told")
