"""What cannot be a design, in its own words."""

import pytest
from graphs import residual

from litho.emit import design_of
from litho.emit.network import Network, Use
from litho.errors import GraphError
from litho.ops import registry
from litho.rtl import Endpoint, Stream


def test_a_stream_goes_only_where_its_like_is_wanted() -> None:
    given, wanted = Stream("x", 8, 1, 4), Stream("in", 6, 1, 4)
    use = Use(Endpoint("y", "in"), wanted, "y_in_x")
    message = "a stream must go where it is wanted: y_in_x takes Stream"
    with pytest.raises(GraphError, match=message):
        Network("top").deliver(Endpoint("", "x"), given, "x", (use,))


def test_a_design_that_no_buffers_keep_in_step_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("litho.emit.buffers._shrunk", lambda design, interval, depths: None)
    message = (
        "must take a tensor every .* cycles, the interval of its slowest block, and no buffers"
        " make it; choose other lanes"
    )
    with pytest.raises(GraphError, match=message):
        design_of(residual(), registry())
