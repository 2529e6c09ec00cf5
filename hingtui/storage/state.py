"""state.toml: what the dashboard remembers from one run to the next. It is never the user's own.

A file that cannot be read or used counts as empty: nothing in it is worth an error.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from hingtui.system.files import locked, read_file, write_atomically

STATE_FILE = "state.toml"
_MOST_BYTES = 64 * 1024
_MOST_COLUMNS, _NAME_LENGTH = 40, 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered; None where nothing is, so that the default applies."""

    theme: str | None = None
    sort: str | None = None
    """The name of a `Sort`."""
    is_reversed: bool | None = None
    columns: tuple[str, ...] | None = None
    """The keys of the columns that are shown if there is room."""
    details: bool | None = None
    """Whether the details are open."""
    auto_download: bool | None = None
    auto_download_offered: bool | None = None
    """Whether automatic download was offered, and needs no offer any more."""
    grouping: str | None = None
    """The name of a `Grouping`."""


def load_state(path: Path) -> State:
    """What is remembered in this file."""
    return _state_of(_read(path))


def save_state(path: Path, **changes: object) -> State:
    """Change these fields of the file, and return what it holds now. Blocks; raises OSError.

    Fields that another process, or a later hingtui, wrote meanwhile are kept.
    """
    unknown = changes.keys() - {field.name for field in fields(State)}
    if unknown:
        raise TypeError(f"no such fields: {unknown}")
    import tomli_w  # not for the first picture

    with locked(path.with_name(f"{path.name}.lock")):
        table = _read(path)
        state = replace(_state_of(table), **changes)  # type: ignore[arg-type]  # checked above
        kept = {name: value for name, value in table.items() if name not in asdict(state)}
        known = {name: value for name, value in asdict(state).items() if value is not None}
        data = tomli_w.dumps({**kept, **known}).encode()
        write_atomically(path, data)
    return state


def _read(path: Path) -> dict[str, object]:
    try:
        data, _stat = read_file(path, _MOST_BYTES)
        return tomllib.loads(data.decode())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("state.toml is not used: %r", error)
        return {}


def _state_of(table: Mapping[str, object]) -> State:
    """The usable fields of a table; the others are as if they were not there."""

    def name(key: str) -> str | None:
        value = table.get(key)
        return value if isinstance(value, str) and len(value) <= _NAME_LENGTH else None

    def flag(key: str) -> bool | None:
        value = table.get(key)
        return value if isinstance(value, bool) else None

    columns = table.get("columns")
    names = columns if isinstance(columns, list) and len(columns) <= _MOST_COLUMNS else None
    if names is not None and not all(isinstance(column, str) for column in names):
        names = None
    return State(
        theme=name("theme"),
        sort=name("sort"),
        is_reversed=flag("is_reversed"),
        grouping=name("grouping"),
        columns=None if names is None else tuple(names),
        details=flag("details"),
        auto_download=flag("auto_download"),
        auto_download_offered=flag("auto_download_offered"),
    )
