"""Measure our table beside Textual's own, each on a terminal: a user's actions, and many changes.

Times are from an order, or a key, until what it leads to is read back from the terminal.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import select
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

from tests.bench import Figure, against, alone, interleaved
from tests.bench.table_child import label
from tests.bench.terminal import (
    CTRL_HOME,
    DOWN,
    PAGE_DOWN,
    UP,
    Gone,
    Terminal,
    bench_environ,
)
from tests.support.waiting import TIMEOUT

STORMS: Mapping[str, tuple[float, bool]] = {
    "quiet": (0, False),
    "10/s anywhere": (10, False),
    "1,000/s anywhere": (1000, False),
    "100/s all visible": (100, True),
}
"""Changes a second, and whether all of them are to rows in sight."""
JUDGED = 10_000
"""The number of rows that the Reach lines are about."""
_TURN = 30
"""The row at which the cursor turns back, so that the table never scrolls."""
_BREAK = (0.03, 0.12)
"""Seconds between two keys, at random: no key may fall into step with the changes."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured, after a first time that is not, unless `is_short`."""

    rounds: int
    seconds: float
    """Of each storm in each round."""
    keys: int
    """In each storm in each round."""
    quiet: float = 0.2
    """Seconds without a byte after which everything counts as drawn."""
    is_short: bool = False


@dataclass(slots=True)
class StormFigures:
    """What was measured in one kind of storm."""

    cpu: list[float] = field(default_factory=list)
    """Per cent of a core, of each round."""
    keys: list[float] = field(default_factory=list)
    """Milliseconds from key to paint."""

    @property
    def median_cpu(self) -> float:
        return statistics.median(self.cpu)

    @property
    def median_key(self) -> float:
        return statistics.median(self.keys)


def run(short: bool = False) -> list[Figure]:
    """The figures of this benchmark."""
    if short:
        return _of_size(100, Effort(1, 0.1, 1, quiet=0.03, is_short=True), with_stock=True)
    figures = []
    for count in (100, 1000, JUDGED, 100_000):
        effort = Effort(5, 4, 40) if count == JUDGED else Effort(3, 2, 20)
        figures += _of_size(count, effort, with_stock=count <= JUDGED)
    return figures


def _of_size(count: int, effort: Effort, *, with_stock: bool) -> list[Figure]:
    kinds = ("ours", "stock") if with_stock else ("ours",)
    with ExitStack() as stack:
        tables = {kind: stack.enter_context(_table(kind, count, effort.quiet)) for kind in kinds}
        done = _done(tables, effort)
        storms = _storms(tables, effort)
    is_judged = count == JUDGED
    return [
        *_action_figures(count, done, at_most=0.1 if is_judged else None),
        *itertools.chain.from_iterable(
            _storm_figure(f"{count:,}: {storm}", storm, storms, is_judged=is_judged)
            for storm in STORMS
        ),
    ]


class OneTable:
    """One app with one table on a terminal of its own."""

    def __init__(
        self, terminal: Terminal, orders: int, confirmations: int, count: int, quiet: float
    ) -> None:
        self.terminal = terminal
        self.count = count
        self._quiet = quiet
        self._orders, self._confirmations = orders, confirmations
        self._row, self._step = 0, 1
        self._random = random.Random(7)  # noqa: S311 - the same breaks for both

    def settle(self) -> None:
        """Wait until all that was asked for is drawn."""
        self.terminal.settle(self._quiet)

    def order(self, name: str, *arguments: object) -> None:
        """Have something done, and let it be drawn."""
        self._send(name, arguments)
        deadline = perf_counter() + TIMEOUT
        while not select.select([self._confirmations], [], [], 0)[0]:
            self.terminal.read(0.02)
            if perf_counter() > deadline:
                raise Gone(f"never done: {name}")
        os.read(self._confirmations, 64)

    def timed(self, name: str, *arguments: object, shows: Sequence[int]) -> float:
        """Milliseconds until an order has led to one of these rows being drawn."""
        self.settle()
        rows = re.compile("|".join(map(label, shows)).encode())
        began = perf_counter()
        self._send(name, arguments)
        took = self.terminal.seen(rows) - began
        os.read(self._confirmations, 64)
        return 1000 * took

    def pressed(self, key: bytes, *, shows: int) -> float:
        """Milliseconds until a key has led to that row being drawn."""
        self.settle()
        return 1000 * self.terminal.key_to_paint(key, re.compile(label(shows).encode()))

    def home(self) -> None:
        """Put the cursor on the first row."""
        self.terminal.press(CTRL_HOME)
        self.settle()
        self._row, self._step = 0, 1

    def cursor_keys(self, count: int) -> Iterator[float]:
        """Move the cursor up and down; for each key the milliseconds until its row is drawn."""
        for _ in range(count):
            if self._row + self._step not in range(_TURN):
                self._step = -self._step
            self._row += self._step
            self.terminal.watch(self._random.uniform(*_BREAK))
            key = DOWN if self._step > 0 else UP
            yield 1000 * self.terminal.key_to_paint(key, _under_cursor(self._row))

    def _send(self, name: str, arguments: Sequence[object]) -> None:
        os.write(self._orders, json.dumps([name, *arguments]).encode() + b"\n")


def _under_cursor(number: int) -> re.Pattern[bytes]:
    """The title of a row in the cursor's colour."""
    return re.compile(rb"48;2;1;2;3m[^\x1b]*" + label(number).encode())


@contextmanager
def _table(kind: str, count: int, quiet: float = 0.2) -> Iterator[OneTable]:
    """A table that has so many rows and shows none of them yet; `quiet` as in Effort."""
    orders, confirmations = os.pipe(), os.pipe()
    child_ends = (orders[0], confirmations[1])
    arguments = ["-m", "tests.bench.table_child", kind, *map(str, child_ends)]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for descriptor in (*orders, *confirmations):
            stack.callback(os.close, descriptor)
        terminal = Terminal(arguments, environ=bench_environ(home), pass_fds=child_ends)
        stack.enter_context(terminal)
        terminal.seen(re.compile(b"PROMPT"))
        table = OneTable(terminal, orders[1], confirmations[0], count, quiet)
        table.order("prepare", count)
        yield table


def _done(tables: Mapping[str, OneTable], effort: Effort) -> dict[str, dict[str, float]]:
    """Milliseconds that each action takes in each table."""
    taken: dict[str, dict[str, float]] = {}
    for action, work in _ACTIONS.items():
        turns: dict[str, Callable[[], float]] = {
            kind: partial(work, table) for kind, table in tables.items()
        }
        taken[action] = interleaved(effort.rounds, turns, warm_up=not effort.is_short)
    return taken


def _load(table: OneTable) -> float:
    table.order("clear")
    return table.timed("load", shows=[0])


def _sort(table: OneTable) -> float:
    table.home()
    took = table.timed("reverse", shows=[0, table.count - 1])  # it may go where its cursor goes
    table.order("reverse")
    table.home()
    return took


def _filter(table: OneTable) -> float:
    took = table.timed("filter", shows=[50])
    table.order("unfilter")
    return took


def _unfilter(table: OneTable) -> float:
    table.order("filter")
    return table.timed("unfilter", shows=[1])


def _scroll(table: OneTable) -> float:
    table.home()
    took = table.pressed(PAGE_DOWN, shows=60)
    table.home()
    return took


def _remove(table: OneTable) -> float:
    took = table.timed("take_out", 5, shows=[6])
    table.order("put_back")
    return took


def _undo(table: OneTable) -> float:
    table.order("take_out", 5)
    return table.timed("put_back", shows=[5])


_ACTIONS: Mapping[str, Callable[[OneTable], float]] = {
    "load and first paint": _load,
    "sort": _sort,
    "filter to a fifth": _filter,
    "end of filter": _unfilter,
    "scroll one page": _scroll,
    "remove one": _remove,
    "undo": _undo,
}


def _action_figures(
    count: int, done: Mapping[str, Mapping[str, float]], *, at_most: float | None
) -> Iterator[Figure]:
    for action, took in done.items():
        name = f"{count:,}: {action}"
        if "stock" not in took:
            yield alone(name, took["ours"], "ms")
        else:
            line = at_most if action == "load and first paint" else None
            yield against(name, took["ours"], "ms", "stock", took["stock"], at_most=line)


def _storms(tables: Mapping[str, OneTable], effort: Effort) -> dict[tuple[str, str], StormFigures]:
    """What was measured of each kind of table in each kind of storm."""
    seen: dict[tuple[str, str], StormFigures] = {}
    for table in tables.values():
        table.home()
    for _ in range(effort.rounds):
        for (storm, (rate, is_visible)), kind in itertools.product(STORMS.items(), tables):
            table, measured = tables[kind], seen.setdefault((kind, storm), StormFigures())
            table.order("storm", rate, is_visible)
            table.terminal.watch(effort.seconds / 4)
            measured.cpu.append(table.terminal.busy(effort.seconds))
            measured.keys += table.cursor_keys(effort.keys)
            table.order("storm", 0, False)
            table.settle()
    return seen


def _storm_figure(
    name: str, storm: str, seen: Mapping[tuple[str, str], StormFigures], *, is_judged: bool
) -> Iterator[Figure]:
    ours, quiet, stock = seen["ours", storm], seen["ours", "quiet"], seen.get(("stock", storm))
    is_storm = storm != "quiet"
    cpu, key = f"{name}: CPU", f"{name}: key→paint"
    longest = 60 if is_judged and is_storm else None
    if stock is None:
        yield alone(cpu, ours.median_cpu, "%")
        yield alone(f"{key} max", max(ours.keys), "ms")
    else:
        line = 1 / 8 if is_judged and storm == "100/s all visible" else None
        most = max(stock.keys)
        yield against(cpu, ours.median_cpu, "%", "stock", stock.median_cpu, at_most=line)
        yield against(f"{key} p50", ours.median_key, "ms", "stock", stock.median_key)
        yield alone(
            f"{key} max", max(ours.keys), "ms", peer_name="stock", peer_value=most, at_most=longest
        )
    if is_storm:
        line = 1.3 if is_judged else None
        yield against(f"{key} p50", ours.median_key, "ms", "quiet", quiet.median_key, at_most=line)
