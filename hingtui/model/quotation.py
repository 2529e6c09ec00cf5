"""Quote what a server said with an error: its status, its code and its own words, nothing twice."""

from __future__ import annotations

import re

from hingtui.model.errors import ApiError
from hingtui.text.clean import BLOCK_LIMIT, clean_line


def quotation(error: ApiError, *, separator: str = " · ") -> str:
    """The status, the code and the words; "" if there is nothing."""
    status = str(error.http_status) if error.http_status else ""
    words = "" if error.is_bare else _without_status(error.message, status)
    code = "" if error.code in (status, words) else error.code
    parts = (f"HTTP {status}" if status else "", code, words)
    return clean_line(separator.join(part for part in parts if part), BLOCK_LIMIT)


def shortened(text: str, most: int) -> str:
    """`text`, or its beginning, which then ends with an ellipsis after a whole word."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return re.sub(r"(?<=\S)\s+\S*$", "", cut) + "…"


def _without_status(message: str, status: str) -> str:
    """`message` without a repetition of the status at its beginning, as in `404 Not Found`."""
    if not status:
        return message
    return re.sub(rf"^\s*(HTTP[/ ]?[\d.]*\s+)?{status}([\s:,.·–-]+(?=[^\W\d])|\s*$)", "", message)
