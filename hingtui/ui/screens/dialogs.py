"""The dialogs that add videos and confirm quitting; `token_dialog` takes a token,
`gateway_dialog` a gateway.

Each returns an answer and does nothing with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Label, Static, TextArea

from hingtui.model.ids import find_ids, readable, urls_of_ids
from hingtui.text.cell_width import fit, legible, steady
from hingtui.text.i18n import _, ngettext
from hingtui.ui.textual_fixes.wide_cuts import keep_wide_characters
from hingtui.ui.widgets.key_bar import FooterKey, KeyBar

_PASTE_GAP = 0.02
"""Seconds: an Enter sooner than this after another key was pasted, not pressed."""
_HOST_CELLS = 50
"""Cells of the hosts that are at no gateway."""
ESCAPE: list[BindingType] = [Binding("escape", "dismiss_nothing", show=False)]
"""The key that closes every dialog."""


Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A question in a box; Escape answers None."""

    BINDINGS: ClassVar[list[BindingType]] = ESCAPE

    def __init__(self) -> None:
        super().__init__()
        keep_wide_characters(self)

    def on_mount(self) -> None:
        """Lay the dialog's own keys over those of the dashboard, which do not work now."""
        self.mount(KeyBar(self.footer_keys))

    def footer_keys(self) -> Sequence[FooterKey]:
        """The keys of this dialog, the most important last to go."""
        return [FooterKey("escape", _("Close"))]

    def show_keys(self) -> None:
        """Show the keys that work now; it can be called before the footer is there."""
        for bar in self.query(KeyBar):
            bar.show_keys()

    def when_laid_out(self, callback: Callable[[], None]) -> None:
        """Call this after the next layout, unless the dialog is closed by then."""
        self.call_after_refresh(lambda: callback() if self.is_attached else None)

    def action_dismiss_nothing(self) -> None:
        """No answer."""
        self.dismiss(None)


def pasted_lines(text: str) -> str:
    """A pasted text as it can be shown."""
    return "\n".join(map(steady, readable(text).split("\n")))


class PasteArea(TextArea):
    """Many lines can be pasted; Enter submits them."""

    class Submitted(Message):
        """Enter was pressed."""

    _last_key_at = 0.0
    """When the last key came in, however late it was handled."""

    async def _on_paste(self, event: events.Paste) -> None:
        """Textual's own handler comes after this one, and would insert whatever it is given."""
        event.text = pasted_lines(event.text)

    async def _on_key(self, event: events.Key) -> None:
        gap = event.time - self._last_key_at
        self._last_key_at = event.time
        if event.key == "enter" and gap > _PASTE_GAP:
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted())
            return
        await super()._on_key(event)


class AddDialog(Dialog[str]):
    """Asks for text that holds ids, and says while it is typed what is found in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("f3", "app.add_gateway", show=False, id="add_gateway"),
    ]

    def __init__(
        self,
        known: frozenset[str],
        text: str = "",
        foreign_hosts: ForeignHosts | None = None,
        add_key: str = "",
    ) -> None:
        """`text` was pasted already; `add_key` adds a gateway, for `foreign_hosts` say."""
        super().__init__()
        self._known = known
        self._foreign_hosts = foreign_hosts
        self._add_key = add_key
        self._pasted = pasted_lines(text)

    def compose(self) -> ComposeResult:
        with Vertical(id="add-box", classes="box"):
            yield Label(_("Add videos"), classes="title", markup=False)
            yield Label(
                _("Paste ids, whole URLs, or JSON that holds ids: one or hundreds."),
                classes="hint",
                markup=False,
            )
            yield PasteArea(self._pasted, id="add-text", soft_wrap=True, compact=True)
            yield Static("", id="add-found", markup=False)
            yield Static("", id="add-hosts", markup=False)
            yield Label(_("Enter adds, Esc cancels"), classes="hint keys", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Add"), 1), FooterKey("escape", _("Cancel"))]

    def on_mount(self) -> None:
        """Put the cursor into the text, and say what is in it already."""
        self.query_one(PasteArea).focus()
        self.look_again()

    @on(TextArea.Changed)
    def look_again(self) -> None:
        """Say what is in the text: it has changed, or a gateway was added."""
        self._look_into(self._show_found)

    @on(PasteArea.Submitted)
    def _submit(self) -> None:
        self._look_into(self._answer)

    def _look_into(self, use: Callable[[str, FoundIds], None]) -> None:
        """Find the ids in a thread, because a paste can be megabytes; drop an older search."""
        text = self.query_one(PasteArea).text

        async def look() -> None:
            found = await asyncio.to_thread(describe_found, text, self._known, self._foreign_hosts)
            if self.is_attached:  # not closed meanwhile
                use(text, found)

        self.app.run_worker(look(), group="count", exclusive=True, exit_on_error=False)

    def _show_found(self, _text: str, found: FoundIds) -> None:
        """Say what is found."""
        shown = self.query_one("#add-found", Static)
        shown.update(Text(found.sentence))
        shown.set_class(not found.new, "-nothing")
        foreign = self.query_one("#add-hosts", Static)
        foreign.update(Text(foreign_message(found.hosts, self._add_key)))
        foreign.display = bool(found.hosts)

    def _answer(self, text: str, found: FoundIds) -> None:
        """Close with the text; where it holds no new id it stays, to be corrected."""
        if found.new:
            self.dismiss(text)
        else:
            empty = _("Nothing is pasted yet.")
            self._show_found(text, FoundIds(0, found.sentence or empty))


ForeignHosts = Callable[[Iterable[str]], Sequence[str]]
"""The hosts of those URLs that are at no gateway."""


class FoundIds(NamedTuple):
    """What is in a pasted text."""

    new: int
    """Ids that are not watched yet."""
    sentence: str
    """How many ids are new, known, and which words are none; "" for an empty text."""
    hosts: Sequence[str] = ()
    """The hosts in links to ids that are at no gateway."""


def describe_found(
    text: str, known: frozenset[str], foreign_hosts: ForeignHosts | None = None
) -> FoundIds:
    """What is in a pasted text."""
    found = find_ids(text)
    if not found.ids and not found.rejected:
        return FoundIds(0, _("no id found") if text.strip() else "")
    old = sum(1 for video_id in found.ids if video_id in known)
    new = len(found.ids) - old
    parts = [ngettext("{n} new id", "{n} new ids", new).format(n=new)]
    if old:
        parts.append(_("{n} already watched").format(n=old))
    if found.rejected:
        some = " ".join(found.rejected[:3])
        parts.append(_("not an id: {words}").format(words=fit(some, 60)))
    hosts = foreign_hosts(urls_of_ids(text).values()) if foreign_hosts is not None else ()
    return FoundIds(new, " · ".join(parts), hosts)


def foreign_message(hosts: Sequence[str], add_key: str) -> str:
    """Say that links are at no gateway that is set, and which key adds one; "" where all are."""
    if not hosts:
        return ""
    words = _("None of your gateways is at {hosts}: {key} adds one.")
    return words.format(hosts=fit(" ".join(map(legible, hosts)), _HOST_CELLS), key=add_key)


class QuitDialog(Dialog[bool]):
    """Asks whether to quit while downloads run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("q", "leave", show=False, id="quit"),
        Binding("y,enter", "leave", show=False),
        Binding("n", "dismiss_nothing", show=False),
    ]

    def __init__(self, unfinished: int, *, is_demo: bool) -> None:
        super().__init__()
        self._downloads = unfinished
        self._is_demo = is_demo

    def compose(self) -> ComposeResult:
        with Vertical(id="quit-box", classes="box"):
            yield Label(
                ngettext(
                    "{n} download is not finished",
                    "{n} downloads are not finished",
                    self._downloads,
                ).format(n=self._downloads),
                classes="title",
                markup=False,
            )
            if self._is_demo:
                words = _("They do not go on later: the next demo has other videos.")
            else:
                words = _("What has arrived is kept, and the next start goes on with it.")
            yield Label(words, classes="hint", markup=False)
            yield Label(_("Enter quits, Esc stays"), classes="hint keys", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Quit"), 1), FooterKey("escape", _("Stay"))]

    def action_leave(self) -> None:
        """Quit anyway."""
        self.dismiss(True)


class RemoveDialog(Dialog[bool]):
    """Asks whether to unwatch videos that are being downloaded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("y,enter", "remove", show=False),
        Binding("n", "dismiss_nothing", show=False),
    ]

    def __init__(self, running: int, undo_key: str) -> None:
        super().__init__()
        self._downloads = running
        self._undo_key = undo_key

    def compose(self) -> ComposeResult:
        with Vertical(classes="box narrow"):
            words = ngettext("{n} download would stop", "{n} downloads would stop", self._downloads)
            yield Label(words.format(n=self._downloads), classes="title", markup=False)
            hint = _("{key} brings the videos back and resumes their downloads.")
            yield Label(hint.format(key=self._undo_key), classes="hint", markup=False)
            yield Label(_("Enter unwatches, Esc keeps them"), classes="hint", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter and Escape."""
        return [FooterKey("enter", _("Unwatch")), FooterKey("escape", _("Keep"))]

    def action_remove(self) -> None:
        """Unwatch anyway."""
        self.dismiss(True)
