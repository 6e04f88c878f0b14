"""A mask of any shape is fitted to the units that hardware skips, or refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import ConfigError
from litho.sparsity import Block, retile

SHAPE = (12, 4, 6)  # a matrix of 12 x 24
SOURCES = ["element", "row", "column", "block4x8", "block6x4", "blocks8", "blocks3"]
TARGETS = [*SOURCES, "block2x4", "block1x8", "block4x2"]


def drawn(block: Block, seed: int, share: float = 0.5) -> np.ndarray:
    units = np.random.default_rng(seed).random(block.grid(SHAPE)) < share
    return block.spread(units, SHAPE)


def is_made_up(source: Block, target: Block) -> bool:
    (high, wide), (low, narrow) = source.unit(SHAPE), target.unit(SHAPE)
    return high % low == 0 and wide % narrow == 0


@given(st.sampled_from(SOURCES), st.sampled_from(TARGETS), st.integers(0, 20), st.booleans())
def test_a_mask_of_units_that_are_made_up_of_others_is_exact(
    source: str, target: str, seed: int, fills: bool
) -> None:
    made, wanted = Block.parse(source), Block.parse(target)
    mask = drawn(made, seed)
    if is_made_up(made, wanted):
        found = retile(mask, wanted, source=made, fills=fills)
        assert np.array_equal(wanted.spread(found.units, SHAPE), mask)
        assert (found.added, found.block) == (0, wanted)
        assert found.sparsity == pytest.approx(1 - mask.mean())


@given(st.sampled_from(SOURCES), st.sampled_from(TARGETS), st.integers(0, 20))
def test_filling_loses_no_weight_and_keeps_no_unit_that_has_none(
    source: str, target: str, seed: int
) -> None:
    mask, wanted = drawn(Block.parse(source), seed, 0.1), Block.parse(target)
    found = retile(mask, wanted, source=Block.parse(source), fills=True)
    whole = wanted.spread(found.units, SHAPE)
    assert (whole >= mask).all()
    assert found.added == int(whole.sum()) - int(mask.sum())
    assert np.array_equal(wanted.split(mask).any((1, 3)), found.units)
    assert found.sparsity == pytest.approx(1 - whole.mean())
    assert found.sparsity <= 1 - mask.mean() + 1e-12


@given(st.sampled_from(["2:4", "1:3@0", "3:8"]), st.integers(0, 30))
def test_groups_are_filled_up_to_n_of_m(spelling: str, seed: int) -> None:
    block = Block.parse(spelling)
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(block.group), (288 // block.group, 1)), axis=1)
    few = order < rng.integers(0, block.keep + 1, (len(order), 1))
    mask = (few.reshape(12, 24) if block.axis else few.reshape(24, 12).T).reshape(SHAPE)
    found = retile(mask, block, fills=True)
    assert (block.kept_of_groups(found.units) == block.keep).all()
    assert (found.units >= mask.reshape(12, 24)).all()
    assert found.added == 288 * block.keep // block.group - int(mask.sum())
    assert np.array_equal(retile(found.units.reshape(SHAPE), block).units, found.units)


def test_a_group_is_filled_from_its_first_members() -> None:
    mask = np.array([[False, False, True, False, False, False, False, False]])
    found = retile(mask, Block.parse("2:4"), fills=True)
    assert found.units.tolist() == [[True, False, True, False, True, True, False, False]]
    assert found.added == 3


def test_what_does_not_fit_is_refused_by_both_names() -> None:
    mask = drawn(Block(), 0)
    message = (
        "the mask of 'fc', made of block2x2, must keep or drop whole units of block4x8 .4 x 8., and"
        " keeps 9 of 9 in part; prune by that shape, or keep those units whole"
    )
    block = Block.parse("block2x2")
    with pytest.raises(ConfigError, match=message):
        retile(mask, Block.parse("block4x8"), source=block, place="the mask of 'fc'")
    message = "the mask, made of element, must keep {} 2 of each 4 to be 2:4, and keeps 0 to 3; pr"
    with pytest.raises(ConfigError, match=message.format("exactly")):
        retile(mask, Block.parse("2:4"))
    with pytest.raises(ConfigError, match=message.format("at most")):
        retile(mask, Block.parse("2:4"), fills=True)
    with pytest.raises(ConfigError, match="columns of block4x5 must divide the 24 of the weight"):
        retile(mask, Block.parse("block4x5"))


def test_a_mask_that_fits_no_tile_is_exact_in_the_narrower_block() -> None:
    made = Block.parse("blocks3")  # of 8 columns, cut by tiles of 6
    mask = drawn(made, 4)
    narrow = made.in_tiles(SHAPE, 4)
    assert str(narrow) == "block1x2"
    assert retile(mask, narrow, source=made).added == 0
