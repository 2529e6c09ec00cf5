"""What is known of one gateway before anything is asked, and where that is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hingtui.storage.settings.base_url import check_base_url, is_local, origin_of
from hingtui.storage.settings.config import Config
from hingtui.storage.settings.gateway_table import KINDS, GatewayTable
from hingtui.storage.settings.places import Places
from hingtui.text.i18n import _

COMMAND = "token_command"
"""The source of a token that a command prints."""
ADDED = "gateways.toml"
"""The source of a token that was typed in the dashboard for an added gateway."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where one gateway is, what it speaks, and its token."""

    name: str
    """At most 32 of a–z, A–Z, 0–9, - and _."""
    base_url: str
    """Without a trailing slash or a route such as `/v1`."""
    kind: str = KINDS[0]
    """One of `KINDS`."""
    token: str | None = field(default=None, repr=False)
    token_source: str = ""
    """A variable, "file" (the token file), "token_file", "token_command" or "gateways.toml".

    "" if there is no token or it was typed just now.
    """
    token_command: tuple[str, ...] = field(default=(), repr=False)
    """Prints the token; `load_token` runs it."""
    follow: bool = False
    """Whether new videos of the account are watched automatically."""
    balance: bool = False
    """Whether the account's balance is asked for and shown."""
    is_added: bool = False
    """Whether it was added in the dashboard, and can be removed there."""
    described_in: str = field(default="", compare=False)
    """The variable or the file that holds its address; "" for the address that is built in."""

    @classmethod
    def of_table(
        cls, table: GatewayTable, base_url: str, token: str | None, source: str
    ) -> GatewaySettings:
        """The gateway of a table, with a checked address and the token that was found for it."""
        return cls(
            name=table.name,
            base_url=base_url,
            kind=table.kind,
            token=token,
            token_source=source,
            token_command=table.token_command if source == COMMAND else (),
            follow=table.follow,
            balance=table.balance,
        )

    @property
    def is_editable(self) -> bool:
        """Whether the dashboard can change it: nobody has written another source of its token."""
        return self.is_added and self.token_source in ("", ADDED)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine, or a host that may be reached by plain http."""
        return is_local(self.base_url)

    @property
    def needs_token(self) -> bool:
        """Whether nothing can be asked until a token is typed.

        False while a `token_command` was not run yet, and for a local server without a token.
        """
        return self.token is None and not self.token_command and not self.is_local

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: the token is sent there only."""
        return origin_of(self.base_url)

    def same_place(self, other: GatewaySettings) -> bool:
        """Whether both have one address, however it is spelled."""
        paths = {urlsplit(gateway.base_url).path for gateway in (self, other)}
        return self.origin == other.origin and len(paths) == 1


@dataclass(frozen=True, slots=True)
class Sources:
    """All that describes gateways."""

    environ: Mapping[str, str]
    config: Config
    places: Places
    added: tuple[GatewayTable, ...] = ()
    """Those of gateways.toml."""

    def base_url(self, table: GatewayTable) -> str:
        """The address in `table`. Raises SettingsError, also where there is none."""
        if table.base_url is None:
            raise table.wrong("base_url", _('a line such as base_url = "https://…" is missing'))
        name = f"{table.key('base_url')} ({table.path})"
        config = self.places.config
        return check_base_url(table.base_url, name, self.config.allow_http, config, table.kind)
