"""The balance of one gateway: how often it is asked for, and what is remembered."""

from __future__ import annotations

import asyncio

from hingtui.model.errors import RateLimited
from hingtui.model.video import Cost
from hingtui.monitor.balance import ASK_EVERY, Balance
from tests.support.clock import FakeClock
from tests.support.waiting import until

FIVE, FOUR = Cost(5.0, "USD"), Cost(4.0, "USD")


class Account:
    """A gateway that answers with each of these in turn."""

    def __init__(self, *answers: Cost | Exception | None) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def balance(self) -> Cost | None:
        self.asked += 1
        answer = self.answers.pop(0)
        await self.gate.wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


def watched(clock: FakeClock, account: Account) -> tuple[Balance, list[Cost | None]]:
    seen: list[Cost | None] = []
    balance = Balance(clock, lambda: seen.append(balance.left))
    balance.use(account)
    return balance, seen


async def test_it_is_asked_for_every_five_minutes_at_most(clock: FakeClock) -> None:
    account = Account(FIVE, FOUR)
    balance, seen = watched(clock, account)
    for _ in range(10):
        await balance.refresh()
        clock.advance(ASK_EVERY / 10 - 0.1)
    assert (account.asked, balance.left) == (1, FIVE)
    clock.advance(2)
    await balance.refresh()
    assert (account.asked, seen) == (2, [FIVE, FOUR])


async def test_an_error_keeps_what_was_known(clock: FakeClock) -> None:
    balance, seen = watched(clock, Account(FIVE, RateLimited("slow")))
    await balance.refresh()
    clock.advance(ASK_EVERY)
    await balance.refresh()
    assert (balance.left, seen) == (FIVE, [FIVE])


async def test_the_same_amount_is_no_change(clock: FakeClock) -> None:
    balance, seen = watched(clock, Account(FIVE, FIVE))
    await balance.refresh()
    clock.advance(ASK_EVERY)
    await balance.refresh()
    assert seen == [FIVE]


async def test_it_is_not_asked_for_twice_at_once(clock: FakeClock) -> None:
    account = Account(FIVE)
    account.gate.clear()
    balance, _ = watched(clock, account)
    first = asyncio.create_task(balance.refresh())
    await asyncio.sleep(0)
    clock.advance(ASK_EVERY)
    await balance.refresh()
    account.gate.set()
    await first
    assert (account.asked, balance.left) == (1, FIVE)


async def test_another_token_forgets_the_amount_and_drops_a_late_one(clock: FakeClock) -> None:
    old, new = Account(FIVE), Account(FOUR)
    old.gate.clear()
    balance, seen = watched(clock, old)
    late = asyncio.create_task(balance.refresh())
    await asyncio.sleep(0)
    balance.use(new)
    old.gate.set()
    await late
    assert balance.left is None
    await balance.refresh()
    assert seen == [FOUR]


async def test_while_asking_is_not_allowed_no_request_is_sent(clock: FakeClock) -> None:
    account = Account(FIVE)
    balance = Balance(clock, lambda: None, may_ask=lambda: False)
    balance.use(account)
    await balance.refresh()
    assert account.asked == 0


class CountingClock(FakeClock):
    """Counts how often something sleeps."""

    sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(seconds)


async def test_without_a_gateway_to_ask_it_sets_no_timer() -> None:
    clock, account = CountingClock(), Account(FIVE)
    balance = Balance(clock, lambda: None)
    running = asyncio.create_task(balance.run())
    try:
        await asyncio.sleep(0)
        assert clock.sleeps == 0
        balance.use(account)
        await until(lambda: clock.sleeps == 1)
        balance.use(None)
        for _ in range(3):
            clock.advance(ASK_EVERY)
            await asyncio.sleep(0.01)
        assert (clock.sleeps, account.asked) == (1, 1)
    finally:
        running.cancel()
