"""gateways.toml: the gateways that were added in the dashboard, with their tokens. Mode 0600.

Whether they can be used is judged in `gateways`; config.toml is never written.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings.gateway import GatewaySettings
from hingtui.storage.settings.gateway_table import GatewayTable, read_gateways
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.tokens import keep_private, unusable
from hingtui.storage.settings.toml_table import MOST_BYTES, parse_toml
from hingtui.system.files import locked, read_file, set_aside, write_atomically
from hingtui.text.i18n import _

_OURS = ("base_url", "kind", "token", "follow", "balance")
"""What the dashboard writes."""
_OTHER_SOURCES = ("token_env", "token_file", "token_command")


class NameTaken(SettingsError):
    """There is another gateway of the name that one was to get."""

    def __init__(self, name: str) -> None:
        sentence = _("There is a gateway {name} already. Choose another name.")
        super().__init__(sentence.format(name=name))


def read_added(path: Path, problems: Problems) -> tuple[GatewayTable, ...]:
    """The gateways in the file; () if there is none.

    A damaged file is set aside, and one that cannot be read is left alone: each is a notice.
    """
    try:
        table = _read(path, problems.notices)
    except FileNotFoundError:
        return ()
    except OSError as error:
        problems.notices.append(str(unusable(path, error)))
        return ()
    except (ValueError, RecursionError):
        _set_damaged_aside(path, problems)
        return ()
    gateways = _gateways_in(table)
    if gateways.pop(DEFAULT_GATEWAY, None) is not None:
        sentence = _("gateways.{name} in {path} is ignored: describe it in config.toml.")
        problems.notices.append(sentence.format(name=DEFAULT_GATEWAY, path=path))
    return read_gateways(gateways, path, problems, may_hold_token=True)


def write_added(path: Path, gateway: GatewaySettings, *, is_new: bool = False) -> None:
    """Add `gateway` to the file, or replace the one of its name. Blocks; raises SettingsError.

    What was written into its table by hand is kept, but for another source of the token. With
    `is_new`, one of its name that another process has added is not replaced.
    """
    values: dict[str, object] = {"base_url": gateway.base_url, "kind": gateway.kind}
    if gateway.token:
        values["token"] = gateway.token
    values |= {key: True for key in ("follow", "balance") if getattr(gateway, key)}

    def put(gateways: dict[str, object]) -> None:
        before = gateways.get(gateway.name)
        if is_new and before is not None:
            given = {gateway.name: before}
            if read_gateways(given, path, Problems(), may_hold_token=True):
                raise NameTaken(gateway.name)
        kept = dict(before) if isinstance(before, dict) else {}
        for key in [*_OURS, *(_OTHER_SOURCES if gateway.token else ())]:
            kept.pop(key, None)
        gateways[gateway.name] = {**values, **kept}

    _change(path, put)


def remove_added(path: Path, name: str) -> None:
    """Take the gateway `name` out of the file. Blocks; raises SettingsError."""
    _change(path, lambda gateways: gateways.pop(name, None))


def _change(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change the tables by name; what another process, or a later hingtui, wrote is kept."""
    import tomli_w  # not for the first picture

    try:
        with locked(_lock(path)):
            try:
                table = _read(path, [])
            except FileNotFoundError:
                table = {}
            except (ValueError, RecursionError):
                set_aside(path)
                table = {}
            gateways = _gateways_in(table)
            change(gateways)
            data = tomli_w.dumps({**table, "gateways": gateways}).encode()
            write_atomically(path, data, mode=0o600, must_be_private=True)
    except OSError as error:
        raise unusable(path, error) from error


def _read(path: Path, notices: list[str]) -> dict[str, object]:
    """The whole file. Raises OSError, or ValueError or RecursionError for a damaged one."""
    data, state = read_file(path, MOST_BYTES)
    if os.name == "posix":
        keep_private(path, state, notices)
    table = parse_toml(data)
    if not isinstance(table.get("gateways", {}), dict):
        raise ValueError("no tables")  # noqa: TRY004 - as damaged as any other
    return table


def _gateways_in(table: dict[str, object]) -> dict[str, object]:
    found = table.get("gateways", {})
    return dict(found) if isinstance(found, dict) else {}


def _set_damaged_aside(path: Path, problems: Problems) -> None:
    try:
        with locked(_lock(path)):
            try:
                _read(path, [])
            except (ValueError, RecursionError):
                kept = set_aside(path)
            else:
                return  # another process has just repaired it
    except FileNotFoundError:
        return  # another process has just set it aside
    except OSError as error:
        problems.notices.append(str(unusable(path, error)))
        return
    sentence = _("{path} is damaged; it is kept as {kept}. Add its gateways again.")
    problems.notices.append(sentence.format(path=path, kept=kept.name))


def _lock(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def unknown_gateway(name: str, path: Path) -> SettingsError:
    """That only a gateway of this file can be changed in the dashboard."""
    sentence = _("The gateway {name} is not in {path}. Change it where it is described.")
    return SettingsError(sentence.format(name=name, path=path))
