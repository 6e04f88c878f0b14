"""Lets the properties draw the networks that the tests of compression draw."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "compress"))
