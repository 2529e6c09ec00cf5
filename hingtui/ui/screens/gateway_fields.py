"""The fields of the dialog that takes a gateway: address, family, whether it is followed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from hingtui.storage.settings import KINDS
from hingtui.storage.settings.pasted_address import PastedAddress, read_address
from hingtui.text.cell_width import steady
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _


def kind_hint(kind: str) -> str:
    """Which gateways belong to a family, in a few words."""
    return {
        "auto": _("videos or generations, as it answers"),
        "videos": _("HingNet, OpenRouter, LiteLLM, most others"),
        "generations": _("new-api and its relatives"),
        "ark": "Volcengine, BytePlus",
        "kie": "kie.ai",
        "v2": "AI/ML API, APIMart, CometAPI",
    }[kind]


class KindField(Static, can_focus=True):
    """One line that the arrows or Space change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,l", "change(1)", show=False),
        Binding("left,h", "change(-1)", show=False),
        Binding("enter", "submit", show=False),
    ]
    kind = reactive(KINDS[0], init=False)

    class Changed(Message):
        """Another family is chosen."""

    class Submitted(Message):
        """Enter was pressed."""

    def render(self) -> Text:
        """The family between two arrows, and what it is."""
        return Text.assemble(("◂ ", "bold"), self.kind, (" ▸", "bold"), f"  {kind_hint(self.kind)}")

    def watch_kind(self) -> None:
        """A test of another family says nothing about this one."""
        self.post_message(self.Changed())

    def action_change(self, step: int) -> None:
        """Choose the next or the previous family."""
        self.kind = KINDS[(KINDS.index(self.kind) + step) % len(KINDS)]

    def action_submit(self) -> None:
        """As in the other fields."""
        self.post_message(self.Submitted())


class AddressInput(Input):
    """An input for a base URL; the address of a video or of a console is reduced to it."""

    pasted = PastedAddress("")
    """What was pasted or submitted last."""

    def _on_paste(self, event: events.Paste) -> None:
        """Textual's own handler comes after this one, and would insert whatever it is given."""
        self.pasted = read_address(steady(clean_line(event.text)))
        event.text = self.pasted.base_url
        self.value = ""

    def reduce(self) -> PastedAddress:
        """Reduce what was typed, too."""
        if self.value != self.pasted.base_url:
            self.pasted = read_address(self.value)
            self.value = self.pasted.base_url
        return self.pasted


class FollowField(Static, can_focus=True):
    """One line that Space ticks: whether new videos of the account are watched automatically."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "tick", show=False),
        Binding("enter", "submit", show=False),
    ]
    is_on = reactive(False)

    class Submitted(Message):
        """Enter was pressed."""

    def render(self) -> Text:
        """The tick and what it means."""
        sign = "✓" if self.is_on else " "
        words = _("watch new videos of this account automatically")
        return Text.assemble((f"[{sign}]", "bold"), f" {words}")

    def action_tick(self) -> None:
        """Follow the account, or no longer."""
        self.is_on = not self.is_on

    def on_click(self) -> None:
        """As Space."""
        self.action_tick()

    def action_submit(self) -> None:
        """As in the other fields."""
        self.post_message(self.Submitted())
