"""Code of all benchmarks: a figure beside its peer and its Reach line, and how they are printed.

Nothing is measured here.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

NAMES = (
    "startup",
    "table",
    "poll",
    "gateways",
    "schedule",
    "estimates",
    "download",
    "idle",
    "preview",
)
"""The benchmarks, each a module here with `run(short: bool = False) -> list[Figure]`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, beside the same of a peer measured in the same run."""

    name: str
    value: float
    unit: str
    peer_name: str = ""
    """What it is compared with; "" where it stands alone."""
    peer_value: float | None = None
    """In the same unit."""
    ratio: float | None = None
    """`value / peer_value`. It is what `reach` is about where that ends with `×`."""
    reach: str = ""
    """The Reach line in words, such as `≤ 1.5`; "" where there is none."""
    is_met: bool | None = None
    """Whether the line is reached; None where there is none."""


def against(
    name: str,
    value: float,
    unit: str,
    peer_name: str,
    peer_value: float,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """A figure whose ratio to its peer's is to be at most, or at least, so much."""
    ratio = value / peer_value if peer_value else float("inf")
    reach, is_met = _judge(ratio, "×", at_most, at_least)
    return Figure(name, value, unit, peer_name, peer_value, ratio, reach, is_met)


def alone(
    name: str,
    value: float,
    unit: str,
    *,
    peer_name: str = "",
    peer_value: float | None = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """A figure that is itself, whatever its peer's is, to be at most, or at least, so much."""
    ratio = value / peer_value if peer_value else None
    reach, is_met = _judge(value, f" {unit}", at_most, at_least)
    return Figure(name, value, unit, peer_name, peer_value, ratio, reach, is_met)


def _judge(
    value: float, unit: str, at_most: float | None, at_least: float | None
) -> tuple[str, bool | None]:
    if at_most is not None:
        return f"≤ {number(at_most)}{unit}", value <= at_most
    if at_least is not None:
        return f"≥ {number(at_least)}{unit}", value >= at_least
    return "", None


def interleaved(
    rounds: int, measures: Mapping[str, Callable[[], float]], *, warm_up: bool = True
) -> dict[str, float]:
    """The median of each over so many rounds, in each of which every one has its turn.

    With `warm_up` each runs once before, unmeasured: so files are cached and compiled.
    """
    if warm_up:
        for measure in measures.values():
            measure()
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for turn in range(rounds):
        for name in sorted(measures, reverse=turn % 2 == 1):
            taken[name].append(measures[name]())
    return {name: statistics.median(values) for name, values in taken.items()}


def number(value: float) -> str:
    """Three significant figures, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}".removesuffix(".0")
    text = f"{value:.3g}"
    return text if "e" not in text else f"{value:.5f}"


def report(title: str, figures: Sequence[Figure]) -> None:
    """Print the figures as an aligned table."""
    print(f"\n{title}")
    rows = [("", "hingtui", "peer", "", "ratio", "Reach", "")]
    rows += [
        (
            figure.name,
            f"{number(figure.value)} {figure.unit}",
            "" if figure.peer_value is None else f"{number(figure.peer_value)} {figure.unit}",
            figure.peer_name,
            "" if figure.ratio is None else f"{number(figure.ratio)}×",
            figure.reach,
            {True: "reached", False: "NOT REACHED", None: ""}[figure.is_met],
        )
        for figure in figures
    ]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    is_number = (False, True, True, False, True, False, False)
    for row in rows:
        cells = [
            " " * (width - cell_len(text)) + text if right else set_cell_size(text, width)
            for text, width, right in zip(row, widths, is_number, strict=True)
        ]
        print(("  " + "  ".join(cells)).rstrip(), flush=True)


def summary(figures: Iterable[tuple[str, Figure]]) -> None:
    """Print how many Reach lines are reached, and which are not. `figures`: benchmark, figure."""
    judged = [(title, figure) for title, figure in figures if figure.is_met is not None]
    missed = [(title, figure) for title, figure in judged if not figure.is_met]
    print(f"\n{len(judged) - len(missed)} of {len(judged)} Reach lines reached", flush=True)
    for title, figure in missed:
        got = f"{number(figure.value)} {figure.unit}"
        if figure.ratio is not None and figure.reach.endswith("×"):
            got = f"{number(figure.ratio)}×"
        print(f"  not reached: {title}: {figure.name}: {got}, to be {figure.reach}")
