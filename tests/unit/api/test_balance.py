"""The balance of an account, requested over real sockets."""

from __future__ import annotations

import pytest

from hingtui.api import Api
from hingtui.model import errors
from hingtui.model.video import Cost
from tests.servers.gateway import TOKEN
from tests.servers.sockets import Answer, FaultServer, Request, answer, json_answer
from tests.support.clock import FakeClock

BILLING = "/v1/dashboard/billing"
PAGE = answer(200, b"<!doctype html>", content_type="text/html")


async def balance_of(
    subscription: Answer, usage: Answer, kind: str = "videos"
) -> tuple[Cost | None, list[str]]:
    """The balance at a gateway with these two answers, and what it was asked."""

    def respond(request: Request) -> Answer:
        return subscription if request.target.endswith("subscription") else usage

    with FaultServer(respond) as server:
        api = Api(server.url, TOKEN, kind=kind, clock=FakeClock(), environ={})
        try:
            left = await api.balance()
        finally:
            await api.aclose()
    assert all(r.headers["authorization"] == f"Bearer {TOKEN}" for r in server.requests)
    return left, [request.target for request in server.requests]


def limit(amount: object) -> bytes:
    return json_answer({"object": "billing_subscription", "hard_limit_usd": amount})


def used(amount: object) -> bytes:
    return json_answer({"object": "list", "total_usage": amount})


@pytest.mark.parametrize("kind", ["auto", "videos", "generations"])
async def test_the_balance_is_the_limit_less_the_cents_used(kind: str) -> None:
    left, asked = await balance_of(limit(20), used(1250.5), kind)
    assert left is not None
    assert (round(left.amount, 6), left.unit) == (7.495, "USD")
    assert asked == [f"{BILLING}/subscription", f"{BILLING}/usage"]


async def test_an_overdrawn_account_is_below_zero() -> None:
    assert (await balance_of(limit("5"), used(600)))[0] == Cost(-1.0, "USD")


async def test_an_unlimited_token_has_no_balance_and_no_usage_request() -> None:
    assert await balance_of(limit(100_000_000), used(1)) == (None, [f"{BILLING}/subscription"])


@pytest.mark.parametrize("kind", ["ark", "kie", "v2"])
async def test_other_families_are_not_asked(kind: str) -> None:
    assert await balance_of(limit(20), used(1), kind) == (None, [])


@pytest.mark.parametrize(
    "odd",
    [
        answer(404),
        answer(405),
        answer(501),
        PAGE,
        answer(200),
        json_answer([]),
        json_answer({}),
        json_answer(7),
        limit(None),
        limit([]),
        limit("much"),
        limit(True),
        json_answer({"error": {"message": "no"}}, 400),
        answer(200, b"[" * 100_000),
        answer(200, b'{"hard_limit_usd": 1e999}'),
        answer(200, b'{"x":"' + b"x" * (5 << 20) + b'"}'),
    ],
    ids=range(16),
)
async def test_a_response_without_an_amount_gives_no_balance(odd: Answer) -> None:
    assert (await balance_of(odd, odd))[0] is None
    assert (await balance_of(limit(20), odd))[0] is None


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (json_answer({"error": {"message": "无效的令牌"}}, 401), errors.Unauthorized),
        (answer(429), errors.RateLimited),
        (answer(502), errors.ServerError),
    ],
)
async def test_a_refused_request_for_the_balance_is_an_error(
    refusal: Answer, kind: type[errors.ApiError]
) -> None:
    with pytest.raises(kind):
        await balance_of(refusal, refusal)
