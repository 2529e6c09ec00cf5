"""Work around what httpcore 1.0.9 does slowly.

It tries to import sniffio for every lock, several times a request. Where sniffio is not installed,
as with anyio from 4.12 on, Python searches all folders each time: a third of the time of a request
(https://github.com/encode/httpcore/pull/1103).
"""

from __future__ import annotations

import importlib.util
import sys


def skip_missing_sniffio() -> None:
    """Let the import fail at once if there is no such module. It blocks for a moment."""
    if "sniffio" not in sys.modules and importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # as Python documents it
