"""The documented examples of videos, and parsing them with some fields changed."""

from __future__ import annotations

from hingtui.api.payload import parse_video
from hingtui.model.video import Video

ID = "video_691209aab0a08198a4e78870277f7e3d0215e09cec47a737"
SEED_RUNNING = {
    "id": ID,
    "object": "video",
    "created_at": 1762789802,
    "status": "processing",
    "model": "sora-2",
    "prompt": "百事可乐宣传片",
    "progress": 45,
    "seconds": "4",
    "size": "720x1280",
}
SEED_READY = SEED_RUNNING | {
    "completed_at": 1762789891,
    "expires_at": 1762793491,
    "status": "success",
    "progress": 100,
}


def parse_running(**changes: object) -> Video:
    """The parsed example of a running video with some fields changed."""
    return parse_video(SEED_RUNNING | changes, ID)
