"""One geometry for what is pruned."""

import numpy as np
import pytest

from litho.errors import ConfigError
from litho.sparsity import Block

SPELLINGS = ["element", "row", "column", "block4x8", "blocks8", "2:4", "2:4@0"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_goes_there_and_back(spelling: str) -> None:
    assert str(Block.parse(spelling)) == spelling


@pytest.mark.parametrize(
    ("spelling", "unit", "grid"),
    [
        ("element", (1, 1), (12, 16)),
        ("row", (1, 16), (12, 1)),
        ("column", (12, 1), (1, 16)),
        ("block4x8", (4, 8), (3, 2)),
        ("blocks8", (1, 2), (12, 8)),
        ("2:4", (1, 1), (12, 16)),
        ("2:4@0", (1, 1), (12, 16)),
    ],
)
def test_units_tile_a_weight(spelling: str, unit: tuple[int, int], grid: tuple[int, int]) -> None:
    block = Block.parse(spelling)
    assert (block.unit((12, 16)), block.grid((12, 16))) == (unit, grid)
    assert block.grid((12, 4, 2, 2)) == grid


@pytest.mark.parametrize("spelling", ["element", "row", "column", "block4x8", "blocks8"])
def test_units_are_spread_over_elements_and_gathered_again(spelling: str) -> None:
    block = Block.parse(spelling)
    units = np.random.default_rng(0).random(block.grid((12, 16))) < 0.5
    mask = block.spread(units, (12, 4, 4))
    assert np.array_equal(block.gather(mask), units)
    assert int(mask.sum()) == int(units.sum()) * 192 // units.size


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (
            "block5x8",
            "rows of block5x8 must divide the 12 of w, not 5; divisors: 1, 2, 3, 4, 6, 12",
        ),
        (
            "block4x3",
            "columns of block4x3 must divide the 16 of w, not 3; divisors: 1, 2, 4, 8, 16",
        ),
        ("blocks5", "the number of blocks a row must divide the 16 of w, not 5; divisors: 1, 2, 4"),
        ("2:3", "the group of 2:3 must divide the 16 of w, not 3; divisors: 1, 2, 4, 8, 16"),
        ("2:5@0", "the group of 2:5@0 must divide the 12 of w, not 5; divisors: 1, 2, 3, 4, 6"),
    ],
)
def test_what_does_not_divide_names_the_divisors(spelling: str, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Block.parse(spelling).grid((12, 16), "w")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Block.parse("brick"), "shape must be element, row, column, block4x8 .* not 'br"),
        (lambda: Block((0, 0)), "a block must have a size of rows and columns, 0 for all of one"),
        (lambda: Block((2, 2), number=4), "a block must be given by its size, by the number of bl"),
        (lambda: Block.parse("4:4"), "N:M must keep at least 1 and fewer than all of a group"),
        (lambda: Block().grid((7,), "w"), "w must have two dimensions or more to be pruned, not"),
    ],
)
def test_numbers_that_make_no_unit_are_an_error(make: object, text: str) -> None:
    assert callable(make)
    with pytest.raises(ConfigError, match=text):
        make()


def test_a_mask_of_other_units_is_refused() -> None:
    mask = np.ones((4, 4), dtype=bool)
    mask[0, 0] = False
    with pytest.raises(
        ConfigError, match="the mask must keep or drop whole units of row, not part"
    ):
        Block.parse("row").gather(mask)
    with pytest.raises(ConfigError, match="the mask must keep 2 of each 4, not others"):
        Block.parse("2:4").gather(mask)


@pytest.mark.parametrize(("spelling", "each"), [("blocks8", 2), ("2:4", 4), ("block4x2", 2)])
def test_units_of_a_row_are_those_of_a_tile_times_the_tiles(spelling: str, each: int) -> None:
    block = Block.parse(spelling)
    assert block.per_tile((12, 16), tiles=4) == each
    assert each * 4 == block.grid((12, 16))[1]


def test_a_tile_cuts_no_unit() -> None:
    message = (
        "tiles of w must cut no unit of 2:4: their number must divide 4, not be 8; divisors: 1"
    )
    with pytest.raises(ConfigError, match=message):
        Block.parse("2:4").per_tile((12, 16), 8, "w")


@pytest.mark.parametrize(
    ("spelling", "tiles", "found"),
    [
        ("element", 4, "element"),
        ("column", 4, "column"),
        ("row", 4, "block1x4"),
        ("block4x8", 2, "block4x8"),
        ("block4x8", 4, "block4x4"),
        ("blocks8", 8, "blocks8"),
        ("blocks2", 16, "element"),
        ("2:4", 4, "2:4"),
        ("2:4@0", 16, "2:4@0"),
    ],
)
def test_a_block_is_narrowed_until_no_tile_cuts_it(spelling: str, tiles: int, found: str) -> None:
    block = Block.parse(spelling)
    narrow = block.in_tiles((12, 16), tiles)
    assert str(narrow) == found
    assert narrow.per_tile((12, 16), tiles) * tiles == narrow.grid((12, 16))[1]


def test_tiles_that_are_no_equal_parts_or_cut_a_group_are_refused() -> None:
    message = "the number of tiles must divide the 16 of w, not 3; divisors: 1, 2, 4, 8, 16"
    with pytest.raises(ConfigError, match=message):
        Block.parse("row").in_tiles((12, 16), 3, "w")
    with pytest.raises(ConfigError, match="the number of tiles must divide the 16 of w, not 0;"):
        Block.parse("row").in_tiles((12, 16), 0, "w")
    with pytest.raises(ConfigError, match="tiles of w must cut no unit of 2:4: their number must"):
        Block.parse("2:4").in_tiles((12, 16), 8, "w")
