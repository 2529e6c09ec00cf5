"""A gateway in a process of its own, so that its memory does not count as the program's."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Self, cast

from hingtui.demo.job import Job
from hingtui.demo.server import DemoServer
from hingtui.demo.story import Story
from tests.servers.gateway import TOKEN
from tests.support.clock import FakeClock


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens to the gateway at one moment."""

    now: float
    """Unix seconds by its clock from here on."""
    fresh: list[Job]
    """Jobs that it knows from here on."""
    gone: list[str]
    """Those that it forgets."""
    fault: tuple[int, dict[str, str], bytes] | None
    """Status, headers and body of the next answer, if it is to be a wrong one."""


class FarGateway:
    """Runs while entered."""

    def __enter__(self) -> Self:
        context = get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far,), daemon=True)
        self._process.start()
        far.close()
        self.base_url = cast(str, self._pipe.recv())
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join()

    def apply(self, moment: Moment) -> int:
        """Let this happen to it; how often it was asked since the moment before."""
        self._pipe.send(moment)
        return cast(int, self._pipe.recv())


def _serve(pipe: Connection) -> None:
    clock = FakeClock()
    story = Story(())
    with DemoServer(story, clock=clock, token=TOKEN) as server:
        pipe.send(server.base_url)
        while True:
            try:
                moment: Moment = pipe.recv()
            except EOFError:
                return
            clock.advance(moment.now - clock.now)
            story.jobs |= {job.id: job for job in moment.fresh}
            for video_id in moment.gone:
                story.jobs.pop(video_id, None)
            if moment.fault is not None:
                status, headers, body = moment.fault
                server.once("/v1/videos", status=status, headers=headers, body=body)
            pipe.send(len(server.requests))
            server._requests.clear()
