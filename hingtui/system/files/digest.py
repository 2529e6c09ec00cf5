"""Compute the SHA-256 of a file."""

from __future__ import annotations

from pathlib import Path


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    import hashlib  # not for the first picture

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
