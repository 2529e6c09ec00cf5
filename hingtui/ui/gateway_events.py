"""Note in the list of events when a gateway stops or begins to answer.

Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Sequence

from hingtui.model.explain import diagnose
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.i18n import _
from hingtui.ui.event_log import EventKind, EventLog

_SILENT = frozenset(
    (GatewayState.STARTING, GatewayState.CONNECTING, GatewayState.PAUSED, GatewayState.SLOWED)
)
"""States that are no event: the first two last for moments, the header shows the others."""


class GatewayEvents:
    """Remembers the states that were noted last."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._noted: dict[str, GatewayState] = {}

    def note(self, gateways: Sequence[tuple[str, GatewayStatus]]) -> None:
        """Note the states that have changed, by name if there are several gateways."""
        for name, status in gateways:
            state, before = status.state, self._noted.get(name)
            if state in _SILENT or state is before:
                continue
            self._noted[name] = state
            self._add(f"{name}: " if len(gateways) > 1 else "", status, is_first=before is None)

    def _add(self, start: str, status: GatewayStatus, *, is_first: bool) -> None:
        match status.state:
            case GatewayState.ONLINE if not is_first:
                self._log.add(start + _("The gateway answers again."))
            case GatewayState.NO_TOKEN:
                self._log.add(start + _("There is no token yet."), EventKind.WARNING)
            case GatewayState.OFFLINE | GatewayState.DENIED if status.error is not None:
                is_silent = status.state is GatewayState.OFFLINE
                kind = EventKind.WARNING if is_silent else EventKind.ERROR
                self._log.add(start + diagnose(status.error, of_all=True).what, kind)
            case _:
                pass
