"""Chips are found by name."""

import pytest

from litho.errors import ConfigError
from litho.hw import DEVICES, FAMILIES, Resources, find_device, find_family


def test_every_device_is_found_by_its_name_and_has_a_family() -> None:
    for name, device in DEVICES.items():
        assert find_device(name) is device
        assert device.name == name
        assert find_family(device.family).name == device.family


def test_every_family_is_found_by_its_name() -> None:
    for name, family in FAMILIES.items():
        assert find_family(name) is family
        assert family.name == name


def test_a_device_without_multipliers_is_of_a_family_without() -> None:
    for device in DEVICES.values():
        assert (device.capacity.dsps == 0) == (find_family(device.family).dsp_width_a == 0)


def test_a_device_holds_whole_block_rams() -> None:
    for device in DEVICES.values():
        assert device.capacity.bram_bits % find_family(device.family).bram_unit_bits == 0


def test_an_unknown_device_is_told_its_neighbour() -> None:
    with pytest.raises(ConfigError, match=r"not 'ecp5-25'; did you mean 'ecp5-25k'\?$"):
        find_device("ecp5-25")


def test_an_unknown_family_is_told_all_there_are() -> None:
    with pytest.raises(
        ConfigError, match=r"^family must be one of xc7, xcup, ecp5, ice40, not 'q'$"
    ):
        find_family("q")


def test_a_place_and_route_name_goes_with_a_package() -> None:
    for device in DEVICES.values():
        assert bool(device.nextpnr_option) == bool(device.package)


def test_capacities_are_counts() -> None:
    for device in DEVICES.values():
        assert Resources(1, 1).fits(device.capacity)
