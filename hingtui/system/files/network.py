"""Whether a folder is on another machine: there, processes share files but no memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NETWORKS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs")
"""How the types of such file systems begin, in Linux's words."""
_FUSE = ("sshfs", "rclone", "s3fs", "gcsfuse", "davfs", "nfs", "glusterfs", "cephfs")
"""What follows `fuse.` where the files come through a network."""
_MOUNTS = Path("/proc/self/mountinfo")


def is_on_network(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether `folder` is known to be on a network's file system; False where nothing is known."""
    if sys.platform != "linux":
        return False
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # a sandbox may hide it
        return False
    here = os.path.realpath(folder)
    kinds: dict[str, str] = {}
    for line in lines:
        before, _dash, after = line.partition(" - ")
        fields, kind = before.split(), after.split()[:1]
        if len(fields) > 4 and kind:
            kinds[_unescaped(fields[4])] = kind[0]  # the later mount covers the earlier one
    inside = [place for place in kinds if here == place or here.startswith(f"{place.rstrip('/')}/")]
    kind_here = kinds[max(inside, key=len)] if inside else ""
    return kind_here.startswith(_NETWORKS) or kind_here.removeprefix("fuse.").startswith(_FUSE)


def _unescaped(place: str) -> str:
    r"""A path in that file: blanks, tabs and backslashes are written like `\040`."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, char)
    return place
