"""Temporary files in memory: on a disk, tests wait for their files to be synced."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = Path("/dev/shm")  # noqa: S108 - folders of a name of their own are made in it
_ROOM = 512 << 20
"""Free bytes that a run may need: in a container, this folder often has 64 MB."""


def use_memory() -> None:
    """Let `tempfile`, pytest and child processes use memory, where there is enough of it.

    A TMPDIR that somebody has set stays.
    """
    if "TMPDIR" in os.environ or not os.access(_FOLDER, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(_FOLDER).free >= _ROOM:
        os.environ["TMPDIR"] = str(_FOLDER)
        tempfile.tempdir = None  # look at TMPDIR again
