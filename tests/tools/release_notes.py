"""Print the notes of a release from the changelog: `python3 -m tests.tools.release_notes TAG`.

TAG is `v0.2.0` or `0.2.0`, or `Unreleased`. It ends with 1 where the changelog has no notes for it,
and where TAG is not the version of the program.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hingtui import __version__

CHANGELOG = Path(__file__).parents[2] / ".github" / "CHANGELOG.md"
UNRELEASED = "Unreleased"


def notes(changelog: str, version: str) -> str:
    """The section of that version without its heading, each entry on one line; "" if none."""
    sections = re.split(r"^## +", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _end, text = section.partition("\n")
        if re.findall(r"[\w.+-]+", heading)[:1] == [version]:
            return _joined(text.strip())
    return ""


def _joined(text: str) -> str:
    """GitHub shows each line end of release notes: an entry is one line."""
    return re.sub(r"\n +(?=\S)", " ", text)


def main(arguments: list[str]) -> int:
    """Print the notes; the exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    version = arguments[0].removeprefix("v")
    if version not in (__version__, UNRELEASED):
        print(f"{arguments[0]} is not the version of the program, {__version__}", file=sys.stderr)
        return 1
    text = notes(CHANGELOG.read_text("utf-8"), version)
    if not text:
        print(f"the changelog has no notes for {version}", file=sys.stderr)
        return 1
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
