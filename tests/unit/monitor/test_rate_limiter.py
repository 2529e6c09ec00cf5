"""The rate limit of one gateway."""

from __future__ import annotations

import random

import pytest

from hingtui.monitor.rate_limiter import FULL_RATE, RateLimiter


def limiter() -> RateLimiter:
    return RateLimiter(random.Random(1))  # noqa: S311 - the same jitter in every run


def test_requests_never_exceed_the_full_rate() -> None:
    gateway_limiter = limiter()
    sent = 0
    for tick in range(600):
        now = tick / 10
        while gateway_limiter.wait(now) == 0:
            gateway_limiter.spend(now)
            sent += 1
    assert sent <= 60 * FULL_RATE + 10


def test_a_429_halves_the_rate_until_requests_succeed() -> None:
    gateway_limiter = limiter()
    gateway_limiter.slow_down(0, 10)
    assert gateway_limiter.wait(5) == pytest.approx(5)
    assert gateway_limiter.wait(10) == 0
    gateway_limiter.spend(10)
    slow = gateway_limiter.wait(10)
    for _ in range(50):
        gateway_limiter.succeeded()
    assert gateway_limiter.wait(10) < slow
