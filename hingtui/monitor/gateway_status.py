"""The state of a gateway as it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from hingtui.model.errors import ApiError


class GatewayState(Enum):
    """The state of a gateway, as the screen shows it."""

    STARTING = "starting"
    NO_TOKEN = "no token"  # noqa: S105 - a state, not a secret
    CONNECTING = "connecting"
    """Requests can be sent, but none has been answered yet, or none since it was offline."""
    ONLINE = "online"
    """`since` is when it answered last."""
    OFFLINE = "offline"
    """No request succeeds; `error` is that of the last one, with or without a response."""
    SLOWED = "slowed"
    DENIED = "denied"
    PAUSED = "paused"
    NOT_SET = "not set"
    """The settings have no gateway of this name."""


_BEST_FIRST = (
    GatewayState.PAUSED,
    GatewayState.ONLINE,
    GatewayState.SLOWED,
    GatewayState.CONNECTING,
    GatewayState.STARTING,
    GatewayState.OFFLINE,
    GatewayState.DENIED,
    GatewayState.NO_TOKEN,
    GatewayState.NOT_SET,
)
"""All gateways are paused together."""


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The state to show; `since` and `until` are Unix seconds on this machine's clock."""

    state: GatewayState
    since: float | None = None
    until: float | None = None
    error: ApiError | None = None


def in_best_state(statuses: Iterable[GatewayStatus]) -> GatewayStatus:
    """The status that comes first in `_BEST_FIRST`."""
    return min(
        statuses,
        key=lambda status: _BEST_FIRST.index(status.state),
        default=GatewayStatus(GatewayState.NOT_SET),
    )
