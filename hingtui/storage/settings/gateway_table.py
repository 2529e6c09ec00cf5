"""Parse the tables `[gateways.NAME]` of config.toml and of gateways.toml.

It looks for no token and checks no address: that is in `gateways`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.toml_table import Table, is_secret_name
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

KINDS = ("auto", "videos", "generations", "ark", "kie", "v2")
"""What `kind` may be: a family of `api.families`, or "auto" to find it out."""
NAME_LIMIT = 32
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{NAME_LIMIT}}}")
_DOLLAR = re.compile(r"\$\{?([A-Z_][A-Z0-9_]{0,63})\}?")
_TOKEN_KEYS = ("token_command", "token_env", "token_file")
_EXAMPLES = {
    "base_url": '"https://api.example.com"',
    "token_command": '["pass", "show", "example"]',
    "token_env": '"EXAMPLE_TOKEN"',
    "token_file": '"~/example-token"',
}
"""What could stand behind a key that is empty."""
_KEYS = ("balance", "base_url", "follow", "kind", *_TOKEN_KEYS)


@dataclass(frozen=True, slots=True)
class GatewayTable:
    """One `[gateways.NAME]`; None or empty for what is not set."""

    name: str
    path: Path
    """The file it is from."""
    base_url: str | None = None
    kind: str = KINDS[0]
    token: str | None = field(default=None, repr=False)
    """Only in gateways.toml: a token does not belong into config.toml."""
    token_env: str | None = None
    token_file: str | None = None
    token_command: tuple[str, ...] = ()
    follow: bool = False
    balance: bool = False

    @property
    def has_token_source(self) -> bool:
        """Whether it says where its token is."""
        return bool(self.token or self.token_env or self.token_file or self.token_command)

    def wrong(self, name: str, expected: str) -> SettingsError:
        """That the value of a key cannot be used."""
        return Table({}, self.path).wrong(self.key(name), expected)

    def key(self, name: str) -> str:
        """How a sentence names one of its keys."""
        return f"gateways.{self.name}.{name}"


def check_name(name: str) -> str:
    """`name` without surrounding blanks. Raises SettingsError if no gateway can have it."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        sentence = _("A gateway's name is 1 to {most} of a–z, A–Z, 0–9, - and _. Rename it.")
        raise SettingsError(sentence.format(most=NAME_LIMIT))
    return name


def read_gateways(
    given: Mapping[str, object], path: Path, problems: Problems, *, may_hold_token: bool = False
) -> tuple[GatewayTable, ...]:
    """The usable ones of the tables in `given`; each of the others is left out."""
    found = []
    for name, value in given.items():
        try:
            found.append(_read_gateway(name, value, path, problems, may_hold_token=may_hold_token))
        except SettingsError as error:
            problems.left_out.setdefault(name, error)
    return tuple(found)


def _read_gateway(
    name: str, value: object, path: Path, problems: Problems, *, may_hold_token: bool
) -> GatewayTable:
    title = f"gateways.{clean_line(name, NAME_LIMIT)}"
    whole = Table({title: value}, path)
    if not _NAME.fullmatch(name):
        allowed = _("its name is not 1 to {most} of a–z, A–Z, 0–9, - and _")
        raise whole.wrong(title, allowed.format(most=NAME_LIMIT))
    if not isinstance(value, dict):
        raise whole.wrong(title, _('lines such as base_url = "https://…" are expected below it'))
    table = Table({f"{title}.{key}": item for key, item in value.items()}, path)
    keys = (*_KEYS, "token") if may_hold_token else _KEYS
    for key in value:
        shown = f"{title}.{clean_line(key, 60)}"
        if key not in keys and is_secret_name(key):
            reason = _("a token does not belong there: use token_env, token_file or token_command")
            raise table.wrong(shown, reason)
        if key not in keys:
            problems.notices.append(table.unknown(shown, keys))
    if sum(key in value for key in _TOKEN_KEYS) > 1:
        reason = _("only one of {names} is expected").format(names=", ".join(_TOKEN_KEYS))
        raise table.wrong(title, reason)
    return GatewayTable(
        name=name,
        path=path,
        base_url=table.text(f"{title}.base_url", _EXAMPLES["base_url"]),
        kind=table.choice(f"{title}.kind", KINDS),
        token=table.text(f"{title}.token") if may_hold_token else None,
        token_env=_without_dollar(table.text(f"{title}.token_env", _EXAMPLES["token_env"])),
        token_file=table.text(f"{title}.token_file", _EXAMPLES["token_file"]),
        token_command=table.command(f"{title}.token_command", _EXAMPLES["token_command"]),
        follow=table.switch(f"{title}.follow") or False,
        balance=table.switch(f"{title}.balance") or False,
    )


def _without_dollar(variable: str | None) -> str | None:
    """A variable's name, also where it is written as a shell uses it: `$NAME`, `${NAME}`."""
    used = _DOLLAR.fullmatch(variable or "")
    return used[1] if used else variable
