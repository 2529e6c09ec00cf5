"""Which jobs a demo has, and when new ones are created.

The same seed and the same start make the same jobs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Unpack

from hingtui.demo.job import GatewayName, Job
from hingtui.demo.job_factory import LIFETIMES, JobFactory, Traits
from hingtui.demo.prompts import REFUSALS
from hingtui.system.clock import Clock

__all__ = ["GatewayJobs", "Job", "Story"]

_GAP = (10.0, 15.0)
"""Seconds between two new jobs."""
_CATCH_UP = 30.0
"""Seconds of missed jobs that are made up for: about three jobs, after a night's sleep."""


class Story:
    """The jobs of a demo. Its methods may be called from any thread."""

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        """A story of these jobs only: no new ones are created."""
        self.jobs: dict[str, Job] = {job.id: job for job in jobs}
        self._lock = threading.Lock()
        self._unreported: list[Job] = []
        self._endless: _Endless | None = None

    @classmethod
    def endless(
        cls,
        clock: Clock,
        *,
        videos: int = 12,
        seed: int = 1,
        pad: int | None = None,
        gateways: Sequence[GatewayName] = ("hingnet",),
    ) -> Story:
        """A story that starts now with `videos` jobs and creates new ones for ever.

        Its first video is ready within ten seconds, its first dozen within about a minute.
        `pad` bytes are added to every file; None: enough for a file of 1 to 5 MB. The jobs are
        spread over `gateways`.
        """
        now = clock.time()
        endless = _Endless(JobFactory(seed, pad, gateways), next_at=now + 7)
        story = cls(endless.opening(now, videos))
        story._endless = endless
        return story

    def due(self, now: float) -> list[Job]:
        """The jobs created since the last call."""
        self.advance(now)
        with self._lock:
            unreported, self._unreported = self._unreported, []
        return unreported

    def advance(self, now: float) -> None:
        """Create the jobs that exist at `now`."""
        with self._lock:
            arrived = self._endless.arrivals(now) if self._endless else []
            self.jobs |= {job.id: job for job in arrived}
            self._unreported += arrived

    def find(self, video_id: str, now: float) -> Job | None:
        """The job of that id, if the gateway knows it at `now`."""
        self.advance(now)
        job = self.jobs.get(video_id)
        return job if job and job.is_known(now) else None

    def listed(self, now: float) -> list[Job]:
        """All jobs that the gateway knows at `now`, oldest first."""
        self.advance(now)
        with self._lock:
            known = [job for job in self.jobs.values() if job.is_known(now)]
        return sorted(known, key=lambda job: (job.created_at, job.id))

    def at(self, gateway: str) -> GatewayJobs:
        """The jobs of one gateway."""
        return GatewayJobs(self, gateway)


class GatewayJobs:
    """The jobs of a story that one gateway knows. Its methods may be called from any thread."""

    def __init__(self, story: Story, gateway: str) -> None:
        self._story = story
        self._gateway = gateway

    def find(self, video_id: str, now: float) -> Job | None:
        """The job of that id, if this gateway knows it at `now`."""
        job = self._story.find(video_id, now)
        return job if job and job.gateway == self._gateway else None

    def listed(self, now: float) -> list[Job]:
        """All jobs that this gateway knows at `now`, oldest first."""
        return [job for job in self._story.listed(now) if job.gateway == self._gateway]


class _Endless:
    """Makes up jobs; the n-th job of a seed is always the same, except for its times."""

    def __init__(self, factory: JobFactory, next_at: float) -> None:
        self._factory = factory
        self._next_at = next_at
        self._arrived = 0

    def opening(self, now: float, videos: int) -> list[Job]:
        """The jobs at the start: twelve fixed ones, and made-up ones if there are to be more."""
        extra = (self._extra_job(now, number) for number in range(videos - 12))
        return [*self._first_jobs(now)[:videos], *extra]

    def arrivals(self, now: float) -> list[Job]:
        """The jobs created up to `now`, since the last call."""
        arrived = []
        while now >= self._next_at:
            self._next_at = max(self._next_at, now - _CATCH_UP)
            arrived.append(self._new_job(self._next_at, self._arrived))
            self._arrived += 1
            self._next_at += self._factory.chance(f"gap/{self._arrived}").uniform(*_GAP)
        return arrived

    def _first_jobs(self, now: float) -> list[Job]:
        """Twelve jobs in all states; the times are age, time in the queue, time generating."""

        def job(clip: str, take: int, *times: float, **traits: Unpack[Traits]) -> Job:
            return self._factory.job(
                f"cast/{clip}/{take}", clip, take, (now - times[0], *times[1:]), traits
            )

        return [
            job("sunrise", 0, 82, 20, 70),
            job("aurora", 1, 60, 12, 63, shape="noisy"),
            job("bubbles", 0, 3540, 20, 70),  # expires in two and a half minutes
            job("tunnel", 1, 40, 8, 54, outcome="failed", shape="steps", error=REFUSALS[1]),
            job("moon", 0, 30, 6, 51, shape="steps", content="redirect"),
            job("silk", 1, 25, 5, 53, cut_at=400_000),
            job("lotus", 0, 20, 5, 55, shape="none", content="redirect"),
            job("ridges", 0, 2, 14, 35),
            job("sunrise", 3, 1, 22, 34, shape="noisy"),
            job("bubbles", 1, 5, 5, 60, outcome="missing"),
            job("aurora", 0, 1, 26, 36, shape="stalling", content="redirect"),
            job("moon", 3, 3200, 20, 100, content="redirect"),  # expires some minutes later
        ]

    def _new_job(self, created_at: float, number: int) -> Job:
        """Every eighth fails; every fifth expires after minutes, so that a countdown is near."""
        chance = self._factory.chance(f"newcomer/{number}")
        clip, take = self._factory.turn(number)
        traits = self._factory.random_traits(chance)
        if number % 8 == 5:
            traits |= Traits(outcome="failed", error=chance.choice(REFUSALS))
        elif number % 5 == 1:
            traits |= Traits(lifetime=240.0)
        times = (created_at, chance.uniform(15, 28), chance.uniform(25, 80))
        return self._factory.job(f"newcomer/{number}", clip, take, times, traits)

    def _extra_job(self, now: float, number: int) -> Job:
        chance = self._factory.chance(f"crowd/{number}")
        clip, take = self._factory.turn(number)
        traits = self._factory.random_traits(chance)
        queued, generating = chance.uniform(5, 40), chance.uniform(60, 600)
        lot = chance.random()
        if lot < 0.45:  # finished
            age = queued + generating + chance.uniform(30, 2900)
            if lot < 0.04:  # not saved in time
                age += LIFETIMES[self._factory.gateway_of(clip)]
            elif lot < 0.12:
                traits |= Traits(outcome="failed", error=chance.choice(REFUSALS))
        elif lot < 0.6:
            age, queued = chance.uniform(0, 20), chance.uniform(20, 240)
        else:
            age = queued + chance.uniform(0, generating)
        return self._factory.job(
            f"crowd/{number}", clip, take, (now - age, queued, generating), traits
        )
