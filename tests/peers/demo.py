"""The demo's own gateways, all three or only HingNet's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hingtui.cli.demo import DEMO_RATE
from hingtui.demo.gateways import GATEWAYS
from hingtui.demo.job import GatewayName, Vocabulary
from hingtui.demo.server import DemoServer, demo_servers
from hingtui.demo.story import Story
from hingtui.system.clock import Clock
from tests.peers.peer import Peer


@contextmanager
def demo(
    seed: int, *, videos: int = 12, gateways: Sequence[GatewayName] = tuple(GATEWAYS)
) -> Iterator[dict[str, DemoServer]]:
    """Meanwhile, run these gateways of the demo."""
    clock = Clock()
    story = Story.endless(clock, videos=videos, seed=seed, gateways=gateways)
    with demo_servers(story, gateways, clock=clock, rate=DEMO_RATE) as servers:
        yield servers


def peers_of(servers: dict[str, DemoServer]) -> list[Peer]:
    """The demo's gateways without anything between."""
    return [
        Peer(name, server.base_url, server.token, ids_of(server, name), server.plan.kind)
        for name, server in servers.items()
    ]


def ids_of(
    server: DemoServer, gateway: str = "hingnet", vocabulary: Vocabulary | None = None
) -> tuple[str, ...]:
    """The ids that one gateway knows now; those of one vocabulary, if it is given."""
    known = server.story.at(gateway).listed(server.clock.time())
    return tuple(job.id for job in known if vocabulary in (None, job.vocabulary))
