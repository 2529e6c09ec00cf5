"""Find every gateway: `default`, those of config.toml, and those of gateways.toml.

Nothing is asked here, and no command is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from hingtui.model.errors import SettingsError
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.settings.default_gateway import find_default
from hingtui.storage.settings.gateway import GatewaySettings, Sources
from hingtui.storage.settings.gateway_table import KINDS, GatewayTable
from hingtui.storage.settings.gateway_tokens import token_of
from hingtui.storage.settings.problems import Problems
from hingtui.text.i18n import _


def find_gateways(sources: Sources, problems: Problems) -> tuple[GatewaySettings, ...]:
    """Every gateway that can be used, `default` first; () with an error if there is none.

    A gateway that cannot be used is left out where others can, an error where it is the only one.
    """
    others = tuple(_named_gateways(sources, problems))
    default = None
    try:
        default = find_default(sources, problems, is_alone=not others and not problems.left_out)
    except SettingsError as error:
        problems.left_out[DEFAULT_GATEWAY] = error
    found = others if default is None else (default, *others)
    if not found:
        problems.errors.append(problems.left_out.pop(next(iter(problems.left_out))))
    problems.notices += _twins(found)
    return found


def _named_gateways(sources: Sources, problems: Problems) -> Iterator[GatewaySettings]:
    """All but `default`: those of config.toml first."""
    named = {table.name: table for table in sources.config.gateways}
    added = {table.name: table for table in sources.added}
    for name, table in named.items():
        if (error := problems.left_out.pop(name, None)) is not None:
            problems.notices.append(str(error))  # of the one in gateways.toml, which is not used
        if name != DEFAULT_GATEWAY:
            yield from _usable(table, added.get(name), sources, problems)
    for name, table in added.items():
        if name not in named and name not in problems.left_out:
            yield from _usable(table, None, sources, problems)


def _usable(
    table: GatewayTable, added: GatewayTable | None, sources: Sources, problems: Problems
) -> Iterator[GatewaySettings]:
    """The gateway of `table`, if it can be used; `added` is that of the same name."""
    try:
        base_url = sources.base_url(table)
    except SettingsError as error:
        problems.left_out[table.name] = error
        return
    first = len(problems.notices)
    token, source = token_of(table, sources, problems)
    if added is not None:
        if source == "" and added.token is not None and added.base_url == base_url:
            del problems.notices[first:]  # the token was typed for this very address
            token, source = token_of(added, sources, problems)
        else:
            problems.notices.append(_two_of_one_name(table, added))
    usable = GatewaySettings.of_table(table, base_url, token, source)
    yield replace(usable, is_added=table in sources.added, described_in=table.path.name)


def _two_of_one_name(table: GatewayTable, added: GatewayTable) -> str:
    notice = _("The gateway {name} is in {path} and in {other}: the first is used. Rename one.")
    return notice.format(name=table.name, path=table.path, other=added.path)


def _twins(found: Sequence[GatewaySettings]) -> Iterator[str]:
    """A notice for every two that are the same account under two names."""
    for one, other in combinations(found, 2):
        is_same_token = (one.token, one.token_command) == (other.token, other.token_command)
        is_same_kind = one.kind == other.kind or KINDS[0] in (one.kind, other.kind)
        if one.same_place(other) and is_same_token and is_same_kind:
            notice = _(
                "The gateways {one} and {other} have the same address and token: remove one."
            )
            yield notice.format(one=one.name, other=other.name)
