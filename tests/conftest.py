"""Settings of all tests."""

import signal

from hypothesis import HealthCheck, settings

# The same examples every time, and no limit on seconds: a busy machine is not a bug.
settings.register_profile(
    "litho",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("litho")

# A shell starts what it runs in the background with SIGINT ignored, and children inherit that:
# tests of interrupts would wait for one that never arrives.
signal.signal(signal.SIGINT, signal.default_int_handler)
