"""Note in the list of events when a gateway stops or begins to answer.

Must not import Textual.
"""

from __future__ import annotations

from hingtui.model.explain import diagnose
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.i18n import _
from hingtui.ui.event_log import EventKind, EventLog

_SILENT = frozenset(
    (GatewayState.STARTING, GatewayState.CONNECTING, GatewayState.PAUSED, GatewayState.SLOWED)
)
"""States that are no event: the first two last for moments, the header shows the others."""


class GatewayEvents:
    """Remembers the state that was noted last."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._noted: GatewayState | None = None

    def note(self, status: GatewayStatus) -> None:
        """Note this state if it is another one."""
        state = status.state
        if state in _SILENT or state is self._noted:
            return
        before, self._noted = self._noted, state
        match state:
            case GatewayState.ONLINE if before is not None:
                self._log.add(_("The gateway answers again."))
            case GatewayState.NO_TOKEN:
                self._log.add(_("There is no token yet."), EventKind.WARNING)
            case GatewayState.OFFLINE | GatewayState.DENIED if status.error is not None:
                kind = EventKind.WARNING if state is GatewayState.OFFLINE else EventKind.ERROR
                self._log.add(diagnose(status.error, of_all=True).what, kind)
            case _:
                pass
