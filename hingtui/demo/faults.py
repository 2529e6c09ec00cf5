"""When a gateway of the demo fails, and how: a fixed plan that repeats. No sockets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hingtui.demo.exchange import ErrorResponse, Response

Kind = Literal["limited", "busy", "gone"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure of a gateway, in seconds after the plan's start."""

    kind: Kind
    begins: float
    lasts: float


RELAY_FAULTS = (
    Fault("limited", 35, 8),
    Fault("gone", 75, 30),
    Fault("busy", 190, 25),
    Fault("limited", 255, 10),
)
"""A relay on a bad day: it limits requests, it restarts, its channels are overloaded."""
RELAY_PERIOD = 300.0
"""Seconds after which the relay's faults begin again."""


class FaultPlan:
    """The plan of one gateway's failures."""

    def __init__(self, start: float, plan: Sequence[Fault], period: float) -> None:
        """`start` is in Unix seconds; the plan repeats every `period` seconds."""
        self._start = start
        self._plan = tuple(plan)
        self._period = period

    def response(self, now: float, error: ErrorResponse) -> Response | None:
        """What every request at `now` gets; None while the gateway works."""
        passed = (now - self._start) % self._period
        for fault in self._plan:
            left = fault.begins + fault.lasts - passed
            if fault.begins <= passed and left > 0:
                return _response(fault.kind, left, error)
        return None


def _response(kind: Kind, left: float, error: ErrorResponse) -> Response:
    """The response of a gateway that fails for `left` seconds more."""
    match kind:
        case "limited":
            response = error(429, "当前请求过于频繁，请稍后再试", "rate_limit_exceeded")
            response.headers["Retry-After"] = str(math.ceil(left))
            return response
        case "busy":
            return error(503, "当前分组上游负载已饱和，请稍后再试", "upstream_overloaded")
        case "gone":
            return Response(0)
