"""Work is shared out among lists: side by side in each group, and as evenly as can be."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litho.errors import ConfigError
from litho.sparsity import Shares, share_out

works = st.lists(st.integers(0, 9), min_size=1, max_size=24).map(tuple)


def least_length(work: tuple[int, ...], lists: int) -> int:
    """Give the length of the longest list in the best of all ways, found by trying them."""
    padded = (*work, *(0,) * (-len(work) % lists))
    groups = [padded[at : at + lists] for at in range(0, len(padded), lists)]
    loads = {tuple(sorted(groups[0]))}
    for group in groups[1:]:
        loads = {
            tuple(sorted(a + b for a, b in zip(load, order, strict=True)))
            for load in loads
            for order in set(itertools.permutations(group))
        }
    return min(load[-1] for load in loads)


@given(works, st.integers(1, 7))
def test_every_strip_has_a_list_and_every_load_is_that_of_its_strips(
    work: tuple[int, ...], lists: int
) -> None:
    found = share_out(work, lists)
    loads = np.bincount(found.owners, work, lists)
    assert (len(found.owners), tuple(loads.astype(int))) == (len(work), found.loads)


@given(works, st.integers(1, 7))
def test_no_two_strips_of_a_group_are_in_the_same_list(work: tuple[int, ...], lists: int) -> None:
    owners = share_out(work, lists).owners
    groups = [owners[at : at + lists] for at in range(0, len(owners), lists)]
    assert all(len(set(group)) == len(group) for group in groups)


@pytest.mark.parametrize("seed", range(40))
def test_no_way_is_shorter_by_more_than_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    lists = int(draw.integers(2, 5))
    work = tuple(draw.integers(0, 7, int(draw.integers(1, 4 * lists))).tolist())
    best, found = least_length(work, lists), share_out(work, lists).length
    assert best <= found <= best + 1


@given(works)
def test_two_lists_are_as_even_as_can_be(work: tuple[int, ...]) -> None:
    assert share_out(work, 2).length == least_length(work, 2)


@pytest.mark.parametrize(("size", "lists"), [(8, 8), (8, 16), (16, 4), (16, 8)])
@pytest.mark.parametrize("seed", range(5))
def test_a_quarter_of_the_blocks_of_a_layer_leaves_no_list_idle(
    size: int, lists: int, seed: int
) -> None:
    grid = 512 // size, 128 // size
    blocks = np.random.default_rng(seed).permutation(grid[0] * grid[1]) < grid[0] * grid[1] // 4
    assert share_out(tuple(blocks.reshape(grid).sum(1).tolist()), lists).loss == 0


def test_the_loss_is_the_part_of_the_time_in_which_lists_wait() -> None:
    found = share_out((5, 1, 0, 2), 2)
    assert found == Shares((0, 1, 1, 0), (5, 3)) or found.loads == (5, 3)
    assert found.loss == 1 - 8 / 10
    assert share_out((0, 0, 0), 2).loss == 0


def test_work_without_lists_is_refused() -> None:
    with pytest.raises(ConfigError, match="work must be shared out among 1 list or more, not 0"):
        share_out((1, 2), 0)
