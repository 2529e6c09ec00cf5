"""The state of a gateway as it is shown."""

from __future__ import annotations

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
    """No request succeeds; `error` is of no response, or of an error response."""
    SLOWED = "slowed"
    DENIED = "denied"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The state to show; `since` and `until` are Unix seconds on the server's clock."""

    state: GatewayState
    since: float | None = None
    until: float | None = None
    error: ApiError | None = None
