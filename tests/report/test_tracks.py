"""Waves: beats, values and pictures from what was recorded."""

import re
from xml.etree import ElementTree

import pytest

from litho.formats import Scale, parse
from litho.ir import TensorType
from litho.report import draw_waves, track_of
from litho.rtl import Stream
from litho.sim.waves import StreamWave


def wave(*cycles: tuple[str, str, str]) -> StreamWave:
    """A wave of (data, valid, ready) in each cycle."""
    data, valid, ready = zip(*cycles, strict=True)
    return StreamWave("x", data, valid, ready)


def kind(spelling: str, *shape: int, scale: Scale = Scale()) -> TensorType:
    return TensorType(shape, parse(spelling), scale)


def texts(track) -> list[list[str]]:
    return [[lane.text for lane in beat.lanes] for beat in track.beats]


def test_a_beat_lasts_from_its_offer_until_it_is_taken():
    recorded = wave(("xxxx", "0", "1"), ("0001", "1", "0"), ("0001", "1", "1"), ("0010", "1", "0"))
    track = track_of(recorded, Stream("x", 4, 1, 2), kind("fixed4f0", 2))
    spans = [(beat.number, beat.first, beat.end, beat.is_taken) for beat in track.beats]
    assert spans == [(0, 1, 3, True), (1, 3, 4, False)]


def test_values_are_decoded_lane_by_lane_and_padding_is_empty():
    # Rows of three codes on two lanes: the second beat of a row has one code and padding.
    recorded = wave(*((data, "1", "1") for data in ("10000100", "01111111", "00100001")))
    track = track_of(recorded, Stream("x", 4, 2, 3), kind("fixed4f2", 3))
    assert texts(track) == [["1", "−2"], ["−0.25", ""], ["0.25", "0.5"]]
    assert track.beats[0].lanes[1].code == -8
    assert track.note == "fixed4f2 [3] on 2 lanes"
    assert draw_waves((track,), 0, 3).count('class="padding"') == 1


def test_unsigned_codes_stay_positive():
    recorded = wave(("1111", "1", "1"))
    track = track_of(recorded, Stream("x", 4, 1, 1, is_signed=False), kind("ufixed4f0", 1))
    assert texts(track) == [["15"]]


def test_a_scale_along_an_axis_counts_with_the_place_in_the_row():
    scale = Scale.power_of_two((0, 1, 2), axis=-1)
    recorded = wave(*(("00010001", "1", "1"),) * 4)
    track = track_of(recorded, Stream("x", 4, 2, 3), kind("fixed4f0", 3, scale=scale))
    assert texts(track) == [["1", "0.5"], ["0.25", ""], ["1", "0.5"], ["0.25", ""]]


def test_an_unknown_bit_makes_its_lane_unknown():
    recorded = wave(("0x010001", "1", "1"))
    track = track_of(recorded, Stream("x", 4, 2, 2), kind("fixed4f0", 2))
    assert texts(track) == [["1", "x"]]
    assert track.beats[0].lanes[1].code is None


def test_a_stream_without_beats_has_a_picture():
    track = track_of(wave(("xxxx", "0", "x")), Stream("x", 4, 1, 2), kind("fixed4f0", 2))
    assert track.beats == ()
    ElementTree.fromstring(draw_waves((track,), 0, 10))


def drawn(lanes: int, cycles: int, first: int, end: int) -> str:
    recorded = wave(*(("0101" * lanes, "1", "1"),) * cycles)
    track = track_of(recorded, Stream("x", 4, lanes, lanes), kind("fixed4f0", lanes))
    return draw_waves((track,), first, end)


def test_a_picture_holds_the_cycles_of_its_window_alone():
    picture = drawn(1, 100, 20, 30)
    ElementTree.fromstring(picture)
    cycles = [int(text) for text in re.findall(r'class="dim">(\d+)<', picture)]
    assert cycles == list(range(20, 30))
    assert picture.count('class="beat"') == 10


def test_a_window_beyond_the_record_ends_with_it():
    assert 'aria-label="waves of cycles 3 to 4"' in drawn(1, 5, 3, 50)


def test_many_lanes_are_cut_and_told():
    picture = drawn(32, 2, 0, 2)
    assert picture.count('class="beat"') == 2 * 8
    assert "lane 7 (of 32)" in picture
    assert "lane 31: 5 (code 5)" in picture


def test_a_beat_that_waits_is_marked_as_far_as_it_does():
    recorded = wave(("0001", "1", "0"), ("0001", "1", "1"), ("0001", "1", "0"))
    track = track_of(recorded, Stream("x", 4, 1, 1), kind("fixed4f0", 1))
    picture = draw_waves((track,), 0, 3)
    assert picture.count('class="wait"') == 2
    assert picture.count('class="waiting"') == 1
    assert "cycles 0 to 1, taken" in picture


@pytest.mark.parametrize("name", ["a<b", "a&b"])
def test_names_are_escaped(name):
    recorded = StreamWave(name, ("0001",), ("1",), ("1",))
    track = track_of(recorded, Stream("x", 4, 1, 1), kind("fixed4f0", 1))
    ElementTree.fromstring(draw_waves((track,), 0, 1))
