"""Fail every single disk operation of the program in turn, and check the result.

What each scene does, and what counts as old, new or lost, is in the modules of `all_scenes`.
"""

from __future__ import annotations

import errno
import random
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hingtui.model.errors import HingtuiError
from tests.support.disk.faulty_disk import FaultyDisk, Killed


class Scene(ABC):
    """One operation of the program on a disk."""

    links = True
    """Whether the file system supports hard links."""
    has_sqlite = False
    """Whether it uses SQLite, each of whose statements can fail as well."""

    thinned = 1
    """In a sample, how many times fewer of its steps are tried: it has many, or they take long."""

    @property
    def name(self) -> str:
        return type(self).__name__

    @abstractmethod
    def prepare(self, root: Path) -> None:
        """Create the files that exist before."""

    @abstractmethod
    def act(self, root: Path) -> None:
        """Carry out the operation. Raises HingtuiError."""

    @abstractmethod
    def breaches(self, root: Path, *, is_done: bool) -> Iterator[str]:
        """Check the files; if `is_done`, the operation reported success."""

    @abstractmethod
    def names(self, root: Path) -> set[str]:
        """Every file that may exist at the end, relative to `root`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a disk fails at a step."""

    name: str
    order: Callable[[FaultyDisk, int], None]
    looks: bool = False
    """Whether `stat` and similar calls fail too."""
    power: Callable[[int], random.Random | None] | None = None
    """For a power cut: makes the random choice of what survives at a step."""
    tells: bool = False
    """Whether it finds most bugs, so that few of its steps may be skipped."""


def _error(number: int) -> Callable[[FaultyDisk, int], None]:
    return lambda disk, at: disk.fail(at, number)


def _errors(number: int) -> Callable[[FaultyDisk, int], None]:
    return lambda disk, at: disk.fail_from(at, number)


def _chance(seed: int) -> Callable[[int], random.Random]:
    return lambda at: random.Random(99 * at + seed)  # noqa: S311 - the same in every run


FAULTS = (
    Fault("killed", FaultyDisk.kill, tells=True),
    Fault("input/output error", _error(errno.EIO), tells=True),
    Fault("input/output error, even of a look", _error(errno.EIO), looks=True),
    Fault("permission denied", _error(errno.EACCES), looks=True),
    Fault("no space, once", _error(errno.ENOSPC)),
    Fault("no space from then on", _errors(errno.ENOSPC)),
    Fault("read-only from then on", _errors(errno.EROFS)),
    Fault("power cut at its worst", FaultyDisk.kill, power=lambda _: None),
    *(Fault(f"power cut {seed}", FaultyDisk.kill, power=_chance(seed)) for seed in range(4)),
)


@dataclass
class Record:
    """The number of cases, and what was wrong in which."""

    cases: int = 0
    breaches: list[str] = field(default_factory=list)


def torture(scene: Scene, *, every: int = 1, every_telling: int = 1) -> Record:
    """Fail at every step of `scene` with every fault; or only at every so many steps, fewer of them
    for faults that find less."""
    record = Record()
    counted: dict[tuple[bool, bool], int] = {}
    for number, fault in enumerate(FAULTS):
        kind = (fault.looks, fault.power is not None)
        if kind not in counted:
            counted[kind] = _steps(scene, fault)
        # The last case is a power cut after the operation reported success.
        for at in range(counted[kind] + bool(fault.power), 0, -1):
            if (at + number) % (every_telling if fault.tells else every):
                continue
            record.cases += 1
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                for breach in _case(scene, fault, at, Path(folder)):
                    record.breaches.append(f"{scene.name}, {fault.name} at {at}: {breach}")
    return record


def _disk(scene: Scene, fault: Fault, root: Path) -> FaultyDisk:
    remembers = fault.power is not None
    return FaultyDisk(
        root,
        looks=fault.looks,
        remembers=remembers,
        links=scene.links,
        sqlite=scene.has_sqlite,
    )


def _steps(scene: Scene, fault: Fault) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="torture-") as folder,
        _disk(scene, fault, Path(folder)) as disk,
    ):
        scene.prepare(Path(folder))
        before = len(disk.steps)
        scene.act(Path(folder))
        return len(disk.steps) - before


def _case(scene: Scene, fault: Fault, at: int, root: Path) -> Iterator[str]:
    with _disk(scene, fault, root) as disk:
        scene.prepare(root)
        disk.settle()
        fault.order(disk, at)
        is_done = False
        try:
            scene.act(root)
            is_done = True
        except Killed:
            pass
        except HingtuiError as error:
            if fault.power or not str(error):
                yield f"raised {error!r}"
        except Exception as error:  # noqa: BLE001 - that is the breach
            yield f"not of the family: {error!r}"
        if not disk.is_dead and disk.open_files:
            yield f"left open: {disk.open_files}"
        if fault.power:
            disk.power_cut(fault.power(at))
        disk.heal()
        disk.revive()
        yield from scene.breaches(root, is_done=is_done)
        try:
            scene.act(root)
        except Exception as error:  # noqa: BLE001 - that is the breach
            yield f"the second try raised {error!r}"
            return
        yield from scene.breaches(root, is_done=True)
        there = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
        if there != scene.names(root):
            yield f"there are {sorted(there)}"
