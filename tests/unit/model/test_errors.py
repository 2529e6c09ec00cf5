"""The pause between attempts after failures."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hingtui.model.errors import Backoff


@given(st.integers(0, 10_000), st.integers(0, 2**32))
def test_the_backoff_after_failures_is_bounded(failures: int, seed: int) -> None:
    assert 0 < Backoff(2.0, 60.0).after(failures, random.Random(seed)) <= 60 * 1.25  # noqa: S311 - jitter
