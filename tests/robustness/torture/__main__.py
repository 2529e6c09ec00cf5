"""Fail at every step on the disk: `python3 -m tests.robustness.torture`."""

from __future__ import annotations

import sys
import time

from tests.robustness.torture.all_scenes import SCENES
from tests.robustness.torture.steps import torture


def main() -> int:
    """Run every scene, print a line for each, and fail if anything was wrong."""
    began = time.monotonic()
    cases = breaches = 0
    for scene in SCENES:
        record = torture(scene)
        cases += record.cases
        breaches += len(record.breaches)
        print(f"{scene.name:36} {record.cases:6} cases  {len(record.breaches):3} breaches")
        for breach in record.breaches[:5]:
            print(f"    {breach}")
    print(f"{cases} cases, {breaches} breaches, {time.monotonic() - began:.1f} s")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
