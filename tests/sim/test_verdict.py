"""`compare`: equality, and a message that leads to the place."""

from dataclasses import replace

import numpy as np
import pytest

from litho.errors import MismatchError
from litho.rtl import Stream
from litho.sim import Verdict, compare

STREAM = Stream("out", 8, 4, 10, 2)
CODES = np.arange(60, dtype=np.int64).reshape(3, 2, 10)


def test_equal_codes_are_counted():
    assert compare((CODES, CODES), (CODES, CODES.copy()), (STREAM, STREAM)) == Verdict(120, 0)


def test_the_first_difference_is_told_by_beat_and_lane():
    found = CODES.copy()
    found[1, 1, 6] = -1
    found[2, 0, 0] = 7
    with pytest.raises(MismatchError) as caught:
        compare((CODES,), (found,), (STREAM,), "litho simulate runs/x")
    assert str(caught.value) == (
        "stream 'out' must give 36 (the reference), not -1 (the hardware), in sample 1, beat 10,"
        " lane 2 (row 1, code number 6); 2 of 60 values differ; to repeat: litho simulate runs/x"
    )


def test_the_stream_that_differs_in_the_earliest_sample_is_told_with_its_sides():
    late, early = CODES.copy(), CODES.copy()
    late[2, 0, 1] = 0
    early[1, 0, 9] = 0
    other = replace(STREAM, name="other")
    sides = ("the authority", "the reference")
    message = (
        r"^stream 'other' must give 29 \(the authority\), not 0 \(the reference\), in sample 1,"
        r" beat 8, lane 1 \(row 0, code number 9\); 2 of 120 values differ$"
    )
    with pytest.raises(MismatchError, match=message):
        compare((CODES, CODES), (late, early), (STREAM, other), sides=sides)


def test_the_input_at_the_place_is_told_where_there_is_one():
    found = CODES.copy()
    found[1, 1, 6] = -1
    inputs = {"a": CODES + 1, "wide": np.zeros((3, 2, 20)), "b": CODES + 2}
    message = r"\(row 1, code number 6\), where 'a' is 37 and 'b' is 38; 1 of 60 values differ$"
    with pytest.raises(MismatchError, match=message):
        compare((CODES,), (found,), (STREAM,), inputs=inputs)


def test_other_shapes_and_nothing_at_all_are_mismatches():
    with pytest.raises(MismatchError, match=r"must give codes of shape \[3, 2, 10\]"):
        compare((CODES,), (CODES[:2],), (STREAM,))
    with pytest.raises(MismatchError, match=r"must give codes of shape \[0, 2, 10\], at least one"):
        compare((CODES[:0],), (CODES[:0],), (STREAM,))
