"""Every scene that is tortured."""

from __future__ import annotations

from collections.abc import Iterator

from tests.robustness.torture.download_scenes import DownloadScene
from tests.robustness.torture.history_scenes import HistoryScene
from tests.robustness.torture.naming_scenes import NamingScene
from tests.robustness.torture.scenes import WatchlistScene
from tests.robustness.torture.steps import Scene

_NO_SCENES = (DownloadScene, HistoryScene, NamingScene, WatchlistScene)
"""What scenes have in common."""


def _leaves(kind: type[Scene]) -> Iterator[Scene]:
    for one in kind.__subclasses__():
        if one not in _NO_SCENES:
            yield one()
        yield from _leaves(one)


SCENES = tuple(
    # In one order, whichever module was imported first; none of Scene itself is made.
    sorted(_leaves(Scene), key=lambda scene: scene.name)  # type: ignore[type-abstract]
)
