"""What a family of gateways is, and what its functions are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hingtui.demo.exchange import ErrorResponse, Request, Response
from hingtui.demo.job import Job
from hingtui.demo.storage import Storage
from hingtui.demo.story import GatewayJobs


@dataclass(frozen=True, slots=True)
class Site:
    """One gateway, as the functions of its family need it."""

    jobs: GatewayJobs
    storage: Storage
    limit: float
    """USD that its account may spend."""


@dataclass(frozen=True, slots=True)
class Family:
    """The paths of a family, its errors, and its responses to authorised GET requests."""

    prefix: str
    """What its paths begin with. Other paths are its web site."""
    error: ErrorResponse
    unauthorized: Response
    respond: Callable[[Site, str, Request], Response]
    """The response to a request, given its path without the query."""
    request_id: str
    """The header that names a request for the gateway's support."""


def page_of(jobs: list[Job], start: int, size: str, *, usual: int, most: int) -> list[Job]:
    """The page of `jobs` from `start` on; `size` is as in the query, `usual` if it is no number."""
    wanted = int(size) if size.isdecimal() else usual
    return jobs[start : start + max(1, min(most, wanted))]
