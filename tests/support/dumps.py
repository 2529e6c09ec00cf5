"""Compare a screen of the dashboard with its text dump in `tests/app/screens`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.support.pilot import PilotedApp

FOLDER = Path(__file__).parents[1] / "app" / "screens"


def check_dump(acting: PilotedApp, name: str) -> None:
    """Compare the screen with the dump of that name; HINGTUI_SCREENS=write stores it first."""
    text = "\n".join(acting.lines()).rstrip() + "\n"
    text = re.sub(r"127\.0\.0\.1:\d{5}", "gateway.example", text)
    text = re.sub(r"(?<=20251110155023)\d{12}", "0" * 12, text)  # counts the requests
    path = FOLDER / f"{name}.txt"
    if os.environ.get("HINGTUI_SCREENS") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
