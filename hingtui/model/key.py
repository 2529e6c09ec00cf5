"""What identifies a video: ids are unique only within one gateway."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_GATEWAY = "default"
"""The name of the gateway that the environment and the top of config.toml describe."""

UNKNOWN_GATEWAY = ""
"""Stands for the gateway's name until it is known which gateway knows the id."""


class VideoKey(NamedTuple):
    """The key of a row, of an entry in the watchlist's file, and of a partial file."""

    gateway: str
    """The gateway's name in the settings, or UNKNOWN_GATEWAY."""
    id: str
    """The id under which that gateway knows the video."""
