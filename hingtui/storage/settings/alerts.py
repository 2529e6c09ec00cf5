"""The settings of alerts: `[notifications]`, and the commands that are run at an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVENTS = ("ready", "saved", "failed", "expiring", "expired")
"""What a command can be run at: `on_ready`, `on_saved` and so on."""
DESKTOP = ("auto", "osc9", "osc99", "osc777", "off")
"""How desktop notifications are sent; `auto`: as the terminal is known to understand."""
SWITCHES = ("bell", "title", "progress")


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What may be sent to the terminal, and what is run."""

    desktop: str = "auto"
    """One of `DESKTOP`."""
    bell: bool = True
    title: bool = True
    """Whether the window's title may be changed while videos are about to expire."""
    progress: bool = True
    """Whether the progress of the downloads is shown in the terminal's tab."""
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """The command of each event in `EVENTS` that has one."""
