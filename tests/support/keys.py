"""Keys of videos at the default gateway, as most tests use them."""

from __future__ import annotations

from collections.abc import Iterable

from hingtui.model.key import DEFAULT_GATEWAY, VideoKey


def key(video_id: str) -> VideoKey:
    """The key of this id at the default gateway."""
    return VideoKey(DEFAULT_GATEWAY, video_id)


def keys(*video_ids: str) -> list[VideoKey]:
    """The keys of these ids at the default gateway."""
    return [key(video_id) for video_id in video_ids]


def ids(of: Iterable[VideoKey]) -> list[str]:
    """The ids in these keys."""
    return [each.id for each in of]
