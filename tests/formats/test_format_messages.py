"""What formats refuse, in their own words."""

import numpy as np
import pytest

from litho.errors import FormatError
from litho.formats import Scale, parse
from litho.formats.grid import fake_quantize
from litho.formats.reach import reach


def test_a_grouped_format_has_no_other_scale() -> None:
    message = "mxint8g32 must have no scale besides its groups' own, not "
    with pytest.raises(FormatError, match=message):
        fake_quantize(np.ones(32), parse("mxint8g32"), Scale.power_of_two(3))


def test_what_has_no_codes_of_its_own_has_no_reach() -> None:
    message = "a format must have codes of its own to have a reach, not float32"
    with pytest.raises(FormatError, match=message):
        reach(parse("float32"))
