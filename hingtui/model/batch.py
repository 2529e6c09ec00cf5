"""The name of a batch: what videos that were added together have in common."""

from __future__ import annotations


def new_batch(now: float, count: int) -> str:
    """The name for `count` videos that are added together at `now` (Unix seconds); "" for one."""
    return f"{int(now * 1000)}" if count > 1 else ""


def batch_time(batch: str) -> float | None:
    """When its videos were added, in Unix seconds; None if the name does not say it."""
    return int(batch) / 1000 if batch.isascii() and batch.isdigit() and len(batch) < 16 else None
