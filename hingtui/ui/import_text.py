"""What the import dialog says: how far the list was read, and why there is nothing to choose.

Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from hingtui.model.explain import diagnose
from hingtui.model.key import VideoKey
from hingtui.model.no_list import lacks_list, no_list, no_more_pages
from hingtui.monitor import GatewayState, GatewayStatus
from hingtui.text.i18n import _, ngettext
from hingtui.ui.import_list import ImportList, Reading

if TYPE_CHECKING:
    from hingtui.ui.keys import KeyFor  # imports Textual


def import_title(gateways: Iterable[str], current: str, muted: Style) -> Text:
    """The heading; where there are several gateways, all of them, the current one marked."""
    text = Text(_("Import from the account"), style="bold", no_wrap=True)
    names = list(gateways)
    if len(names) > 1:
        text.append("  ")
        for name in names:
            text.append(f" {name} ", "bold reverse" if name == current else muted)
    return text


def none_left(shown: Collection[VideoKey], watched: Container[VideoKey]) -> str:
    """Say that none of the rows shown can be marked, as all are watched; "" where one can."""
    if not shown or any(key not in watched for key in shown):
        return ""
    return _("All of these are watched already.")


def empty_message(shown: ImportList, count: int, status: GatewayStatus, key_for: KeyFor) -> str:
    """What stands in the place of the table where `count`, the rows shown, is 0; else ""."""
    if shown.state is Reading.NO_LIST:
        words = _(
            "{no_list} Paste ids, URLs or whole logs with {key}, or pipe them into hingtui add -."
        )
        return words.format(no_list=no_list(shown.error), key=key_for("add"))
    if count:
        return ""
    if shown.rows:
        return _("No video matches. {key} shows all.").format(key="Esc")
    if shown.state is Reading.END:
        return _("There are no videos in this account's list.")
    if shown.state is Reading.FAILED:
        return _why_failed(shown, status, key_for)
    return _("Reading the list…")


def state_message(
    shown: ImportList, count: int, marked: int, status: GatewayStatus, key_for: KeyFor
) -> str:
    """How much is marked, matches and was read, and what is there besides. `count`: rows shown."""
    parts = [_("{n} marked").format(n=marked)] if marked else []
    if shown.rows:
        if shown.words:
            parts.append(_("{n} of {m}").format(n=count, m=len(shown.rows)))
        parts += _how_far(shown, status, key_for)
    return " · ".join(parts)


def _how_far(shown: ImportList, status: GatewayStatus, key_for: KeyFor) -> Iterator[str]:
    read = len(shown.rows)
    match shown.state:
        case Reading.END:
            yield ngettext("{n} video, that is all", "{n} videos, that is all", read).format(n=read)
        case Reading.RUNNING:
            yield _("{n} read, more are coming…").format(n=read)
        case Reading.FAILED:
            yield _("{n} read").format(n=read)
            yield _why_failed(shown, status, key_for)
        case _:
            yield _("{n} read, there are more").format(n=read)


def _why_failed(shown: ImportList, status: GatewayStatus, key_for: KeyFor) -> str:
    if status.state is GatewayState.NO_TOKEN:
        return _("There is no token for this gateway yet.")
    what = ""
    if shown.error is not None:
        has_begun = lacks_list(shown.error)
        what = no_more_pages(shown.error) if has_begun else diagnose(shown.error, of_all=True).what
    return _("{what} {key} tries again.").format(what=what, key=key_for("ask")).strip()
