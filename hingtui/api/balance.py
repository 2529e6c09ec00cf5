"""Read what is left in an account, from the two calls of OpenAI's former billing API.

Must not import httpx: tests build responses without a network.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from hingtui.api.fields import Fields, number
from hingtui.api.response_errors import Call, Response, error_for
from hingtui.api.responses import GOOD, read_json
from hingtui.model.errors import BadResponse, NotFound, NotOffered
from hingtui.model.video import Cost

_UNLIMITED = 100_000_000
"""Dollars that new-api reports for a token without a limit."""
_CENTS = 100.0

AskBilling = Callable[[str], Awaitable[Fields]]
"""Asks for one part, `subscription` or `usage`. Raises an ApiError."""


async def ask_balance(ask: AskBilling) -> Cost | None:
    """What is left, in USD; None if it has no limit, or if the gateway does not say.

    Raises an ApiError if it cannot be asked right now.
    """
    try:
        limit = number((await ask("subscription")).get("hard_limit_usd"))
        if limit is None or limit >= _UNLIMITED:
            return None
        used = number((await ask("usage")).get("total_usage"))
    except (NotOffered, NotFound, BadResponse):
        return None
    return None if used is None else Cost(limit - used / _CENTS, "USD")


def read_billing(response: Response, here: float) -> Fields:
    """The fields of a response. Like a list, it is something that a gateway need not have.

    `here` is this machine's clock in Unix seconds. Raises an ApiError.
    """
    if response.status not in GOOD:
        raise error_for(Call.LIST, response, here)
    payload = read_json(response)
    return payload if isinstance(payload, Mapping) else {}
