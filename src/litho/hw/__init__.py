"""What hardware is: devices, resources, timing, and where a number comes from."""

from litho.hw.device import DEVICES, FAMILIES, Device, Family, find_device, find_family
from litho.hw.figures import Band, Estimate, Interval, Measurement, Report
from litho.hw.resources import Resources
from litho.hw.timing import Timing

__all__ = [
    "DEVICES",
    "FAMILIES",
    "Band",
    "Device",
    "Estimate",
    "Family",
    "Interval",
    "Measurement",
    "Report",
    "Resources",
    "Timing",
    "find_device",
    "find_family",
]
