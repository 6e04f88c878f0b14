"""Waves of streams: which beats stood on them, decoded lane by lane, and a picture of them."""

from dataclasses import dataclass
from html import escape

import numpy as np

from litho.ir import TensorType
from litho.rtl import Stream
from litho.sim.waves import StreamWave

__all__ = ["Beat", "Lane", "Track", "draw_waves", "track_of"]

_LANES = 8  # lanes of a stream that are drawn; the others stand in the tooltip of a beat
_LABEL, _ROW, _LEVEL, _GAP, _TOP = 280, 20, 11, 16, 24
_CHARACTER, _NARROW, _WIDE = 6.7, 30, 76  # width of a character, least and greatest of a cycle

_STYLE = """
.litho-waves { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.litho-waves:root { color-scheme: light dark; color: CanvasText; background: Canvas; }
.litho-waves text { fill: currentColor; }
.litho-waves .name { font-weight: bold; }
.litho-waves .dim { opacity: 0.62; }
.litho-waves .grid { stroke: currentColor; stroke-opacity: 0.14; }
.litho-waves .level { fill: none; stroke: currentColor; stroke-opacity: 0.75; stroke-width: 1.4; }
.litho-waves .beat { fill: hsl(215 75% 55%); fill-opacity: 0.2; stroke: hsl(215 75% 55%); }
.litho-waves .waiting .beat { fill: hsl(32 90% 50%); stroke: hsl(32 90% 45%); }
.litho-waves .padding .beat { fill-opacity: 0.05; stroke-opacity: 0.4; stroke-dasharray: 3 3; }
.litho-waves .wait { stroke: hsl(32 90% 45%); stroke-width: 3; }
.litho-waves .idle { stroke: currentColor; stroke-opacity: 0.3; }
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a lane of a beat holds: its code, none for padding or unknown bits, and its text."""

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat from the cycle in which it is first offered to the one after its last.

    `number` counts the beats of the stream from reset; `is_taken` says whether it was transferred.
    """

    number: int
    first: int
    end: int
    is_taken: bool
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """What one stream did: `valid` and `ready` in each cycle, and its beats; `note` says what."""

    name: str
    note: str
    valid: tuple[str, ...]
    ready: tuple[str, ...]
    beats: tuple[Beat, ...]


def track_of(wave: StreamWave, stream: Stream, kind: TensorType) -> Track:
    """Give what `wave`, recorded from cycle 0 on, says of tensors of type `kind` on `stream`."""
    spans = _spans(wave)
    codes = [_codes(wave.data[first], stream) for first, _, _ in spans]
    texts = _texts(codes, stream, kind)
    beats = tuple(
        Beat(number, first, end, is_taken, tuple(map(Lane, codes[number], texts[number])))
        for number, (first, end, is_taken) in enumerate(spans)
    )
    shape = " × ".join(map(str, kind.shape)) or "1"
    note = f"{kind.format} [{shape}] on {stream.lanes} lane{'s' * (stream.lanes != 1)}"
    return Track(wave.name, note, wave.valid, wave.ready, beats)


def _spans(wave: StreamWave) -> list[tuple[int, int, bool]]:
    """Give (first cycle, end, whether taken) of each beat that is offered."""
    spans, since = [], None
    for cycle, (valid, ready) in enumerate(zip(wave.valid, wave.ready, strict=True)):
        if valid != "1":
            continue
        since = cycle if since is None else since
        if ready == "1":
            spans.append((since, cycle + 1, True))
            since = None
    if since is not None:
        spans.append((since, len(wave), False))
    return spans


def _codes(bits: str, stream: Stream) -> list[int | None]:
    """Give the code on each lane, none where a bit is unknown."""
    ends = (len(bits) - lane * stream.bits for lane in range(stream.lanes))
    return [_code(bits[end - stream.bits : end], stream.is_signed) for end in ends]


def _code(bits: str, is_signed: bool) -> int | None:
    if "x" in bits:
        return None
    code = int(bits, 2)
    return code - (1 << len(bits)) if is_signed and bits[0] == "1" else code


def _texts(codes: list[list[int | None]], stream: Stream, kind: TensorType) -> list[list[str]]:
    """Give the value of each code in words; where a lane is padding it stays empty."""
    samples = -(-len(codes) // stream.beats)
    table = np.zeros((samples, stream.rows, stream.row), np.int64)
    places = [_places(number, stream) for number in range(len(codes))]
    for beat, found in zip(codes, places, strict=True):
        for code, place in zip(beat, found, strict=True):
            if place is not None:
                table[place] = code or 0
    shaped = table.reshape(samples, *kind.shape)
    values = np.asarray(kind.codes.decode(shaped, kind.scale), float).reshape(table.shape)
    return [
        [_text(code, place, values) for code, place in zip(beat, found, strict=True)]
        for beat, found in zip(codes, places, strict=True)
    ]


def _places(number: int, stream: Stream) -> list[tuple[int, int, int] | None]:
    """Give (sample, row, code) for each lane of a beat, none for padding."""
    sample, rest = divmod(number, stream.beats)
    row, part = divmod(rest, stream.beats_per_row)
    places = range(part * stream.lanes, (part + 1) * stream.lanes)
    return [(sample, row, place) if place < stream.row else None for place in places]


def _text(code: int | None, place: tuple[int, int, int] | None, values: np.ndarray) -> str:
    if place is None:
        return ""
    return "x" if code is None else f"{values[place]:.5g}".replace("-", "−")


def draw_waves(tracks: tuple[Track, ...], first: int, end: int) -> str:
    """Give an SVG picture of `tracks` in the cycles from `first` to before `end`.

    Its colours are those of the page it stands in, or of the reader's light or dark scheme.
    """
    end = min(end, max((len(track.valid) for track in tracks), default=first))
    step = _step(tracks, first, end)
    parts, y = [], _TOP
    for track in tracks:
        picture = _Picture(track, first, end, step, y)
        parts += picture.parts()
        y += picture.height + _GAP
    width, height = _LABEL + (end - first) * step + 12, y
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="litho-waves" width="{width:.0f}"'
            f' height="{height}" viewBox="0 0 {width:.0f} {height}" role="img"'
            f' aria-label="waves of cycles {first} to {end - 1}">',
            f"<style>{_STYLE}</style>",
            *_grid(first, end, step, height),
            *parts,
            "</svg>",
            "",
        ]
    )


def _step(tracks: tuple[Track, ...], first: int, end: int) -> float:
    """Give the width of a cycle, which most texts fit."""
    longest = max(
        (
            len(lane.text)
            for track in tracks
            for beat in track.beats
            if first < beat.end and beat.first < end
            for lane in beat.lanes[:_LANES]
        ),
        default=0,
    )
    return min(max(longest * _CHARACTER + 12, _NARROW), _WIDE)


def _grid(first: int, end: int, step: float, height: int) -> list[str]:
    every = 1 if step >= 28 else 5
    parts = [f'<text x="4" y="14" class="dim">cycle{"" if end - first == 1 else "s"}</text>']
    for cycle in range(first, end + 1):
        x = _LABEL + (cycle - first) * step
        parts.append(f'<path class="grid" d="M{x:.1f} 18V{height - 8}"/>')
        if cycle < end and cycle % every == 0:
            parts.append(
                f'<text x="{x + step / 2:.1f}" y="14" text-anchor="middle" class="dim">{cycle}'
                "</text>"
            )
    return parts


@dataclass(frozen=True, slots=True)
class _Picture:
    """One track where it is drawn: its window of cycles, the width of a cycle, its upper edge."""

    track: Track
    first: int
    end: int
    step: float
    top: int

    @property
    def _shown(self) -> int:
        return min(_LANES, max((len(beat.lanes) for beat in self.track.beats), default=1))

    @property
    def height(self) -> int:
        """The height of its rows: valid, ready, the lanes."""
        return (2 + self._shown) * _ROW

    def parts(self) -> list[str]:
        """Give the labels, the levels of valid and ready, and the beats."""
        return [
            *self._labels(),
            self._level(self.track.valid, 0),
            self._level(self.track.ready, 1),
            *(self._idle(start, stop) for start, stop in self._gaps()),
            *(self._beat(beat) for beat in self._seen()),
        ]

    def _seen(self) -> list[Beat]:
        beats = self.track.beats
        return [beat for beat in beats if self.first < beat.end and beat.first < self.end]

    def _gaps(self) -> list[tuple[int, int]]:
        """Give the cycles between beats, as (first, end)."""
        seen = self._seen()
        starts = [self.first, *(beat.end for beat in seen)]
        stops = [*(beat.first for beat in seen), self.end]
        return [(a, b) for a, b in zip(starts, stops, strict=True) if a < b]

    def _x(self, cycle: int) -> float:
        return _LABEL + (min(max(cycle, self.first), self.end) - self.first) * self.step

    def _y(self, row: int) -> int:
        return self.top + row * _ROW

    def _labels(self) -> list[str]:
        lanes = max((len(beat.lanes) for beat in self.track.beats), default=1)
        right = _LABEL - 8
        names = ["valid", "ready", *(f"lane {lane}" for lane in range(self._shown))]
        if lanes > self._shown:
            names[-1] += f" (of {lanes})"
        title = f"<title>{escape(f'{self.track.name}: {self.track.note}')}</title>"
        parts = [
            f'<text x="{right}" y="{self._y(row) + 14}" text-anchor="end" class="dim">{name}</text>'
            for row, name in enumerate(names)
        ]
        parts.append(
            f'<g>{title}<text x="4" y="{self._y(0) + 14}" class="name">'
            f"{escape(_clipped(self.track.name, _LABEL - 70))}</text>"
            f'<text x="4" y="{self._y(1) + 14}" class="dim">'
            f"{escape(_clipped(self.track.note, _LABEL - 70))}</text></g>"
        )
        return parts

    def _level(self, values: tuple[str, ...], row: int) -> str:
        """Give the line of a bit: high, low, or in the middle where it is unknown."""
        low = self._y(row) + _LEVEL + 3
        heights = {"1": low - _LEVEL, "0": low}
        steps, before = [], None
        for cycle in range(self.first, min(self.end, len(values))):
            y = heights.get(values[cycle], low - _LEVEL / 2)
            steps.append(f"M{self._x(cycle):.1f} {y:g}" if before is None else f"V{y:g}")
            steps.append(f"H{self._x(cycle + 1):.1f}")
            before = y
        return f'<path class="level" d="{"".join(steps)}"/>'

    def _idle(self, start: int, stop: int) -> str:
        middles = (self._y(2 + lane) + _ROW // 2 for lane in range(self._shown))
        lines = (f"M{self._x(start):.1f} {y}H{self._x(stop):.1f}" for y in middles)
        return f'<path class="idle" d="{"".join(lines)}"/>'

    def _beat(self, beat: Beat) -> str:
        left, right = self._x(beat.first), self._x(beat.end)
        parts = [f"<title>{escape(_title(self.track, beat))}</title>"]
        for number, lane in enumerate(beat.lanes[: self._shown]):
            y = self._y(2 + number)
            box = (
                f'<rect class="beat" x="{left + 1.5:.1f}" y="{y + 2}" rx="4"'
                f' width="{right - left - 3:.1f}" height="{_ROW - 4}"/>'
                f'<text x="{(left + right) / 2:.1f}" y="{y + 14}" text-anchor="middle">'
                f"{escape(_clipped(lane.text, right - left - 4))}</text>"
            )
            parts.append(box if lane.text else f'<g class="padding">{box}</g>')
        taken = beat.end - 1 if beat.is_taken else beat.end
        if taken > beat.first:
            y, stop = self._y(2 + self._shown), self._x(taken)
            parts.append(f'<path class="wait" d="M{left + 3:.1f} {y}H{stop:.1f}"/>')
        style = "" if beat.is_taken else ' class="waiting"'
        return f"<g{style}>{''.join(parts)}</g>"


def _title(track: Track, beat: Beat) -> str:
    cycles = (
        f"cycle {beat.first}"
        if beat.end - beat.first == 1
        else (f"cycles {beat.first} to {beat.end - 1}")
    )
    state = "taken" if beat.is_taken else "waits"
    lines = [f"{track.name}, beat {beat.number}: {cycles}, {state}"]
    for number, lane in enumerate(beat.lanes):
        code = (
            "padding" if not lane.text else "unknown" if lane.code is None else f"code {lane.code}"
        )
        lines.append(
            f"lane {number}: {lane.text} ({code})" if lane.text else f"lane {number}: {code}"
        )
    return "\n".join(lines)


def _clipped(text: str, width: float) -> str:
    longest = max(1, int(width / _CHARACTER))
    return text if len(text) <= longest else text[: longest - 1] + "…"
