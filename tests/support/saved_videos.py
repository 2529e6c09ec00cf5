"""A home whose watchlist holds saved videos: the demo's clips, under names of their own."""

from __future__ import annotations

import shutil
import time
from importlib import resources
from pathlib import Path

from hingtui.demo.film import CLIPS
from hingtui.model.video import Status, Video
from hingtui.storage.watchlist import Watchlist
from hingtui.storage.watchlist.entry import Entry

FOLDER = Path(str(resources.files("hingtui.demo") / "clips"))


def save_videos(home: Path, *names: str, copies: int = 1) -> list[str]:
    """Save these clips (all, if none is named) so many times; their ids, in the order of the table.

    The watchlist knows them from an earlier run: no gateway is needed.
    """
    videos = home / "videos"
    videos.mkdir(parents=True, exist_ok=True)
    now = time.time()
    entries: list[Entry] = []
    for number in range(copies):
        for name in names or CLIPS:
            clip, video_id = CLIPS[name], f"video_{name}_{number}"
            path = videos / f"{video_id}.mp4"
            shutil.copyfile(FOLDER / f"{name}.mp4", path)
            added = now - len(entries)
            video = Video(
                video_id,
                Status.READY,
                "completed",
                model="sora-2",
                prompt=f"The film {name}",
                seconds=float(clip.seconds),
                size=clip.size,
                created_at=added - 60,
                completed_at=added,
            )
            size = path.stat().st_size
            entries.append(Entry(video_id, added, video, added, saved=path, saved_bytes=size))
    Watchlist(home / "watchlist.toml").change(add=entries)
    return [entry.id for entry in entries]
