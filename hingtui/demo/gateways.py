"""The demo's three gateways, as data."""

from __future__ import annotations

from dataclasses import dataclass

from hingtui.demo.billing import UNLIMITED
from hingtui.demo.families.ark import ARK
from hingtui.demo.families.family import Family
from hingtui.demo.families.generations import GENERATIONS
from hingtui.demo.families.videos import VIDEOS
from hingtui.demo.faults import RELAY_FAULTS, RELAY_PERIOD, Fault
from hingtui.demo.job import GatewayName


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """What one gateway of the demo is."""

    family: Family
    kind: str
    """What the settings call the family; `auto` leaves it to be found out."""
    token_prefix: str
    limit: float
    """USD that its account may spend."""
    faults: tuple[Fault, ...] = ()
    period: float = 1.0
    """Seconds after which its faults begin again."""


GATEWAYS: dict[GatewayName, GatewayPlan] = {
    "hingnet": GatewayPlan(VIDEOS, "auto", "oh-demo-", 50.0),
    "relay": GatewayPlan(GENERATIONS, "auto", "sk-demo-", UNLIMITED, RELAY_FAULTS, RELAY_PERIOD),
    "ark": GatewayPlan(ARK, "ark", "ark-demo-", UNLIMITED),
}
"""By their names; the first one is the only one of a server that is not given a name."""
