"""`python3 -m tests.bench NAME`: runs one benchmark, or all, and prints the figures.

What each one measures is in its own module.
"""

from __future__ import annotations

import argparse
import importlib
import platform
from collections.abc import Sequence

from tests.bench import NAMES, Figure, report, summary


def run(name: str, *, short: bool) -> list[Figure]:
    """Run one benchmark; only its own module is imported."""
    figures: list[Figure] = importlib.import_module(f"tests.bench.{name}").run(short=short)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit status is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=(*NAMES, "all"))
    parser.add_argument("--short", action="store_true", help="quick and rough: does it still run?")
    chosen = parser.parse_args(arguments)
    print(f"Python {platform.python_version()}, {platform.system()}; medians; noisy by ±15 %")
    all_figures: list[tuple[str, Figure]] = []
    for name in NAMES if chosen.name == "all" else (chosen.name,):
        figures = run(name, short=chosen.short)
        report(name, figures)
        all_figures += [(name, figure) for figure in figures]
    if any(figure.is_met is not None for _, figure in all_figures):
        summary(all_figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
