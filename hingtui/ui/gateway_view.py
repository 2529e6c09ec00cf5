"""What the dashboard shows of the gateways: their names, their states, which one lacks a token.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hingtui.model.video import Cost
from hingtui.monitor import GatewayState, GatewayStatus, Monitor, Row

_WITHOUT_TOKEN = (GatewayState.NO_TOKEN, GatewayState.DENIED)


@dataclass(frozen=True, slots=True)
class GatewayView:
    """The gateways of a monitor as a person sees them. One alone is called by its host."""

    monitor: Monitor
    hosts: Callable[[], Mapping[str, str]]
    """The host of each gateway by its name, "" to show none."""

    @property
    def is_one(self) -> bool:
        """Whether there is only one."""
        return len(self.monitor.gateways) == 1

    @property
    def has_list(self) -> bool:
        """Whether one of them may have a list of an account's videos."""
        return any(not watch.lacks_list for watch in self.monitor.gateways.values())

    def states(self) -> list[tuple[str, GatewayStatus]]:
        """Each gateway as it is called on the screen, and its state."""
        hosts = self.hosts()
        return [
            (hosts.get(name, "") if self.is_one else name, self.monitor.status_of(name))
            for name in self.monitor.gateways
        ]

    def label(self, name: str) -> str:
        """How a row's gateway is called in its details, "" to show none."""
        return self.hosts().get(name, "") if self.is_one else self.full_name(name)

    def full_name(self, name: str) -> str:
        """The name of a gateway, by which it is changed and removed, and its host."""
        host = self.hosts().get(name, "")
        return f"{name} ({host})" if host else name

    def balances(self) -> list[tuple[str, Cost]]:
        """What is left in the accounts of which that is known; one alone has no name."""
        return [
            ("" if self.is_one else name, watch.balance.left)
            for name, watch in self.monitor.gateways.items()
            if watch.balance.left is not None
        ]

    def first_host(self) -> str:
        """The host of the first gateway: the one that a newcomer has."""
        return next(iter(self.hosts().values()), "")

    def without_token(self, selected: Row | None) -> str:
        """The gateway whose token a person has to type before anything else; "" for none.

        The selected row's own; where there are no rows, and nothing at all can be asked, any.
        """
        monitor = self.monitor
        if selected is not None:
            is_unusable = monitor.status_of(selected.gateway).state in _WITHOUT_TOKEN
            return (selected.gateway or next(iter(monitor.gateways))) if is_unusable else ""
        if monitor.gateway_status.state not in _WITHOUT_TOKEN:
            return ""
        unusable = (name for name, each in self._named_states() if each in _WITHOUT_TOKEN)
        return next(unusable, "")

    def _named_states(self) -> list[tuple[str, GatewayState]]:
        return [(name, self.monitor.status_of(name).state) for name in self.monitor.gateways]
