"""The dialog that adds a gateway, and has it tested before it is saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Input, Label, Static

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import KINDS, GatewaySettings, Settings, check_gateway
from hingtui.storage.settings.pasted_address import PastedAddress, read_address, suggest_name
from hingtui.text.cell_width import legible, steady
from hingtui.text.i18n import _
from hingtui.ui.gateway_check import Checked
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.token_dialog import HiddenInput
from hingtui.ui.widgets.key_bar import FooterKey, KeyBar

Test = Callable[[GatewaySettings, str | None], Awaitable[Checked]]
"""Asks a gateway whether it can be used; the second is the id of a video that it should know."""


def kind_hint(kind: str) -> str:
    """Who speaks a family, in a few words."""
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
        self.pasted = read_address(" ".join(event.text.split()))
        event.text = self.pasted.base_url
        self.value = ""

    def reduce(self) -> PastedAddress:
        """Reduce what was typed, too."""
        if self.value != self.pasted.base_url:
            self.pasted = read_address(self.value)
            self.value = self.pasted.base_url
        return self.pasted


class GatewayDialog(Dialog[GatewaySettings]):
    """Asks for name, address, family and token. Enter tests them, and once more saves them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, settings: Settings, test: Test) -> None:
        super().__init__()
        self._settings = settings
        self._test_gateway = test
        self._suggested = ""
        """The name that was suggested last: one that was typed is left alone."""
        self._testing: GatewaySettings | None = None
        """What the gateway is asked about just now."""
        self._tested: GatewaySettings | None = None
        """What the person knows the result of."""
        self._said_about: GatewaySettings | None = None
        """What the fields held when something was said."""

    def compose(self) -> ComposeResult:
        with Vertical(id="gateway-box", classes="box"):
            yield Label(_("Add a gateway"), classes="title", markup=False)
            with Horizontal(classes="field"):
                yield Label(_("Address"), markup=False)
                yield AddressInput(placeholder="https://…", id="gateway-address", compact=True)
            with Horizontal(classes="field"):
                yield Label(_("Name"), markup=False)
                yield Input(id="gateway-name", compact=True)
            with Horizontal(classes="field"):
                yield Label(_("Family"), markup=False)
                yield KindField(id="gateway-kind", markup=False)
            with Horizontal(classes="field"):
                yield Label(_("Token"), markup=False)
                yield HiddenInput(
                    password=True,
                    placeholder=_("none for a server of your own"),
                    id="gateway-token",
                    compact=True,
                )
            yield Static("", id="gateway-result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test it"), id="gateway-test", variant="primary")
                yield Button(_("Save it"), id="gateway-save")
            words = _("It is saved in {path}, readable by you alone.")
            path = legible(str(self._settings.gateways_path))
            yield Label(words.format(path=path), classes="hint keys", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter, Tab, Escape, and the key that chooses a family."""
        enter = _("Test it") if self._tested is None else _("Save it")
        keys = [FooterKey("enter", enter, 1), FooterKey("tab", _("Next field"), 2)]
        if self.is_mounted and self.query_one(KindField).has_focus:
            keys.append(FooterKey("right", _("Other family"), 3))
        return [*keys, FooterKey("escape", _("Cancel"))]

    def on_mount(self) -> None:
        """Put the cursor into the address."""
        self.query_one(AddressInput).focus()

    def on_descendant_focus(self) -> None:
        """Another field may have other keys."""
        self._show_keys()

    @on(Input.Changed, "#gateway-address")
    def _address_changed(self) -> None:
        """Suggest a name and the family, unless the person has chosen others."""
        address = self.query_one(AddressInput)
        is_pasted = address.value == address.pasted.base_url
        read = address.pasted if is_pasted else read_address(address.value)
        name, kind = self.query_one("#gateway-name", Input), self.query_one(KindField)
        if name.value == self._suggested:
            taken = {gateway.name for gateway in self._settings.gateways}
            self._suggested = suggest_name(read.base_url, taken)
            name.value = self._suggested
        if read.kind != KINDS[0] and kind.kind == KINDS[0]:
            kind.kind = read.kind

    @on(Input.Changed)
    @on(KindField.Changed)
    def _changed(self) -> None:
        """What was said is about another gateway."""
        if self._as_typed() != self._said_about:
            self._testing = self._tested = None
            self._say("")

    @on(Input.Submitted)
    @on(KindField.Submitted)
    def _submit(self) -> None:
        if self._tested is not None:
            self._save()
        else:
            self._test()

    @on(Button.Pressed, "#gateway-test")
    def _test(self) -> None:
        if (gateway := self._typed()) is None or gateway == self._testing:
            return
        self._testing, self._tested = gateway, None
        self._say(_("Asking the gateway…"), "-calm")
        test = self._run_test(gateway, self.query_one(AddressInput).pasted.video_id)
        self.app.run_worker(test, group="gateway-test", exclusive=True, exit_on_error=False)

    async def _run_test(self, gateway: GatewaySettings, video_id: str | None) -> None:
        checked = await self._test_gateway(gateway, video_id)
        if self._testing is not gateway or not self.is_current:
            return  # closed, or another one was typed meanwhile
        self._testing, self._tested = None, gateway
        hint = _("Enter saves it all the same.") if checked.is_problem else _("Enter saves it.")
        self._say(f"{steady(checked.sentence)}\n{hint}", "" if checked.is_problem else "-good")

    @on(Button.Pressed, "#gateway-save")
    def _save(self) -> None:
        """Close with the gateway, tested or not."""
        if (gateway := self._typed()) is not None:
            self.dismiss(gateway)

    def _typed(self) -> GatewaySettings | None:
        """The gateway that was typed; None after saying what is wrong with it."""
        self.query_one(AddressInput).reduce()
        try:
            return check_gateway(self._settings, self._as_typed())
        except SettingsError as error:
            self._say(steady(str(error)))
            return None

    def _as_typed(self) -> GatewaySettings:
        """The content of the fields, not checked."""
        return GatewaySettings(
            name=self.query_one("#gateway-name", Input).value,
            base_url=self.query_one(AddressInput).value,
            kind=self.query_one(KindField).kind,
            token=self.query_one(HiddenInput).value.strip() or None,
        )

    def _say(self, words: str, style: str = "") -> None:
        self._said_about = self._as_typed()
        line = self.query_one("#gateway-result", Static)
        line.set_classes(style)
        line.update(Text(words))
        self._show_keys()

    def _show_keys(self) -> None:
        for bar in self.query(KeyBar):
            bar.show_keys()
