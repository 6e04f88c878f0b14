"""Lets the properties draw the networks that tests of compression and benchmarks draw."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "compress"))
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
