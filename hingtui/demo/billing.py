"""The two responses that say what is left of an account. No sockets."""

from __future__ import annotations

from collections.abc import Iterable

from hingtui.demo.exchange import Response, json_response
from hingtui.demo.job import Job
from hingtui.model.video import Status

UNLIMITED = 100_000_000.0
"""What such gateways report as the limit, in USD, of a token without one."""


def subscription(limit: float) -> Response:
    """The account's limit in USD."""
    payload = {
        "object": "billing_subscription",
        "has_payment_method": True,
        "soft_limit_usd": limit,
        "hard_limit_usd": limit,
        "system_hard_limit_usd": limit,
        "access_until": 0,
    }
    return json_response(200, payload)


def usage(jobs: Iterable[Job], now: float) -> Response:
    """What the jobs up to `now` cost, in US cents; a failed job is refunded."""
    spent = sum(job.cost for job in jobs if job.status(now) is not Status.FAILED)
    return json_response(200, {"object": "list", "total_usage": round(100 * spent, 4)})
