"""Invariant I6: faults of some videos do not affect the others.

It must not use any code of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from tests.robustness.campaign.containers import BROKEN
from tests.robustness.campaign.film import Film
from tests.robustness.campaign.gateway import OWN, RETRIEVE, Fault, Gateway
from tests.robustness.campaign.own_errors import TOKEN_WORDS, words

POLLED = 30.0
"""Seconds within which a running video is polled again, and its download begins and ends."""
TURN = 30.0
"""Seconds that the tries at one source take if each fails. Three downloads run at once, so a
healthy video may have to wait for one turn of those that fail; and downloads that pause between
tries advance the clock of a run one after the other, not together."""
LINKS = 3
"""Sources that follow `/content` if a video has a link: the link, and twice a new one."""
TOKEN_PAUSE = 100.0
"""Seconds of pause once the token counts as refused, after five refusals in a row."""
MANY_REFUSED = 5


class OtherVideos:
    """The videos of one run with and without faults of their own."""

    def __init__(self, gateway: Gateway, faults: Sequence[Fault]) -> None:
        names = list(gateway.films)
        self._gateway = gateway
        self._faults = {names[f.at]: f for f in faults if f.channel == OWN}
        self._saved_at: dict[str, float] = {}

    @property
    def healthy(self) -> list[Film]:
        """The videos without a fault that prevents their download."""
        return [
            film
            for film in self._gateway.films.values()
            if not film.traits.fails and not self.has_fault(film)
        ]

    def has_fault(self, film: Film) -> bool:
        """Whether this video is refused, or broken in another way, as no other one is."""
        fault = self._faults.get(film.id)
        return fault is not None and fault.kind.startswith("own")

    @property
    def has_many_refused(self) -> bool:
        """Whether so many videos refuse the token that it counts as refused."""
        refusing = sum(fault.kind in TOKEN_WORDS for fault in self._faults.values())
        return refusing >= min(MANY_REFUSED, len(self._gateway.films))

    @property
    def bound(self) -> float:
        """Seconds after a video is ready in which it must be saved."""
        turns = sum(self._turn(film) for film in self._gateway.films.values())
        pause = TOKEN_PAUSE if self.has_many_refused else 0.0
        return POLLED + turns + pause

    def _turn(self, film: Film) -> float:
        """Seconds that one turn of this video's download may take."""
        fault, traits = self._faults.get(film.id), film.traits
        is_failing = fault is not None and ("content" in fault.kind or "storage" in fault.kind)
        is_broken = traits.container in BROKEN or bool(traits.grows)
        if not (is_failing or is_broken):
            return 0.0
        return TURN * (1 + LINKS * traits.has_link) + 2 * traits.grows_for

    def late(self, now: float, is_saved: Callable[[str], bool]) -> Iterator[str]:
        """Check for healthy videos that should have been saved by now."""
        for film in self.healthy:
            if film.id in self._saved_at:
                continue
            ready = film.ready_at - film.created_at
            if is_saved(film.id):
                fetched = [r.at for r in self._gateway.asked if r.film == film.id]
                self._saved_at[film.id] = max(fetched) - ready
            elif now > ready + self.bound:
                yield (
                    f"I6: {film.id} was ready at {ready:.0f} s and is not saved after"
                    f" {self.bound:.0f} s more, because of others"
                )

    @property
    def are_all_saved(self) -> bool:
        """Whether all healthy videos are saved."""
        return all(film.id in self._saved_at for film in self.healthy)

    @property
    def longest(self) -> float:
        """The longest time that any of them took, as a share of the allowed time."""
        return max(self._saved_at.values(), default=0.0) / self.bound

    def foreign_words(self, video_id: str, texts: Collection[str]) -> Iterator[str]:
        """Check for messages on one row that are about another video."""
        for other in self._gateway.films:
            if other != video_id and any(words(other) in text for text in texts):
                yield f"I6: the row of {video_id} shows the {words(other)}"

    def blamed(self, link: str) -> Iterator[str]:
        """Check that faults of a few videos do not count as errors of the gateway."""
        if link == "denied" and not self.has_many_refused:
            yield "I6: the token counts as refused, though only a few videos refuse it"
        healthy = {film.id for film in self.healthy}
        asked = {r.film for r in self._gateway.asked if r.channel == RETRIEVE}
        if link == "offline" and healthy & asked:
            yield "I6: the gateway counts as unreachable, though it answers for a healthy video"
