"""What the main screen is given by the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.system.open_file import Opened
from hingtui.ui.alerts import Alerts
from hingtui.ui.event_log import EventLog
from hingtui.ui.keys import LiveKeys
from hingtui.ui.memory import Memory

if TYPE_CHECKING:
    from hingtui.storage.history import History
    from hingtui.storage.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class DashboardContext:
    """What the dashboard is given by the app."""

    gateway_hosts: Callable[[], Mapping[str, str]]
    """The host of each gateway by its name, "" to show none."""
    gateway_settings: Callable[[str], GatewaySettings | None]
    """The gateway of a name, None if there is none by now."""
    is_demo: bool
    notices: list[str]
    """What the banner shows while there is nothing more urgent. The app appends to it."""
    keys: LiveKeys
    memory: Memory
    """What is remembered for the next run."""
    alerts: Alerts
    play: Callable[[Path], Awaitable[Opened]]
    """Opens a file in the player."""
    reveal: Callable[[Path], Awaitable[Opened]]
    """Shows the folder of a file."""
    open_history: Callable[[], History]
    """Makes the history; imports what it needs."""
    event_log: EventLog
    gateways_by_url: Callable[[Mapping[str, str]], Mapping[str, str]]
    """The gateway of each id, by the URL in which it stood, as far as that says it."""
    foreign_hosts: Callable[[Iterable[str]], Sequence[str]]
    """The hosts of those URLs that are at no gateway."""
