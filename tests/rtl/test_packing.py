"""Codes as the bits of a word or a beat, against arithmetic on Python's integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.rtl import Memory, Stream, pack, unpack


def word(codes: list[int], bits: int) -> int:
    return sum((code % 2**bits) << (bits * place) for place, code in enumerate(codes))


@given(bits=st.integers(1, 62), count=st.integers(1, 9), is_signed=st.booleans(), data=st.data())
def test_code_zero_lies_in_the_low_bits(
    bits: int, count: int, is_signed: bool, data: st.DataObject
) -> None:
    low = -(2 ** (bits - 1)) if is_signed else 0
    row = st.lists(st.integers(low, low + 2**bits - 1), min_size=count, max_size=count)
    codes = data.draw(st.lists(row, min_size=1, max_size=4))
    words = pack(np.array(codes), bits)
    assert words.shape == (len(codes), -(-bits * count // 8))
    found = [int.from_bytes(line.tobytes(), "little") for line in words]
    assert found == [word(line, bits) for line in codes]
    assert unpack(words, bits, count, is_signed).tolist() == codes


@pytest.mark.parametrize("is_signed", [False, True])
def test_every_code_of_five_bits_comes_back(is_signed: bool) -> None:
    codes = np.arange(32)[:, None] - 16 * is_signed
    assert np.array_equal(unpack(pack(codes, 5), 5, 1, is_signed), codes)


def test_no_words_are_no_codes() -> None:
    words = pack(np.zeros((0, 3), dtype=np.int64), 5)
    assert words.shape[0] == 0
    assert unpack(words, 5, 3, True).shape == (0, 3)


def test_rows_start_on_lane_zero_and_padding_is_zero() -> None:
    stream = Stream("x", 4, 4, row=6, rows=2)
    codes = np.arange(1, 13).reshape(1, 2, 6)
    found = [int.from_bytes(beat.tobytes(), "little") for beat in stream.to_beats(codes)]
    assert found == [0x4321, 0x0065, 0xA987, 0x00CB]
    assert (stream.beats_per_row, stream.beats, stream.width) == (2, 4, 16)


@pytest.mark.parametrize(
    ("row", "rows", "lanes", "beats"), [(1, 1, 1, 1), (1, 3, 8, 3), (8, 1, 8, 1), (9, 2, 8, 4)]
)
def test_a_tensor_takes_whole_beats_a_row(row: int, rows: int, lanes: int, beats: int) -> None:
    assert Stream("x", 8, lanes, row, rows).beats == beats


@given(width=st.integers(1, 80), data=st.data())
def test_a_memory_file_is_one_hexadecimal_word_a_line(width: int, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.integers(0, 2**width - 1), min_size=1, max_size=6))
    size = -(-width // 8)
    content = np.array([list(item.to_bytes(size, "little")) for item in words], dtype=np.uint8)
    memory = Memory("MemFile", width, content)
    assert memory.depth == len(words)
    assert memory.text == "".join(f"{item:0{-(-width // 4)}x}\n" for item in words)


def test_a_memory_file_is_named_by_content_and_width() -> None:
    words = np.array([[1], [2]], dtype=np.uint8)
    name = Memory("MemFile", 7, words).file_name
    assert name == Memory("Other", 7, words.copy()).file_name
    assert name.endswith(".mem")
    assert name != Memory("MemFile", 8, words).file_name
    assert name != Memory("MemFile", 7, words[::-1]).file_name
