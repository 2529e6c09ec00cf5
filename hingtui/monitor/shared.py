"""What the gateways of one monitor have in common."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hingtui.model.key import VideoKey
from hingtui.monitor.changes import ChangeFeed
from hingtui.monitor.download_queue import DownloadQueue
from hingtui.monitor.duration_stats import DurationStats
from hingtui.monitor.raw_responses import RawResponses
from hingtui.monitor.row import Row
from hingtui.monitor.watchlist_sync import WatchlistSync
from hingtui.system.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the gateways of one monitor have in common."""

    rows: dict[VideoKey, Row]
    """The rows of all gateways."""
    queue: DownloadQueue
    feed: ChangeFeed
    duration_stats: DurationStats
    watchlist_sync: WatchlistSync
    download: Callable[[Row], None]
    """Called for each video that has become ready, to download it where that is automatic."""
    clock: Clock
    rng: random.Random
    raw_responses: RawResponses = field(default_factory=RawResponses)
