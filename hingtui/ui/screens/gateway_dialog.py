"""The dialog that adds a gateway, or changes one, and has it tested before it is saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import KINDS, GatewaySettings, Settings, check_gateway
from hingtui.storage.settings.gateway import ADDED
from hingtui.storage.settings.pasted_address import read_address, suggest_name
from hingtui.text.cell_width import legible, steady
from hingtui.text.i18n import _
from hingtui.ui.gateway_check import Checked
from hingtui.ui.screens.dialogs import ESCAPE, Dialog
from hingtui.ui.screens.gateway_fields import AddressInput, FollowField, KindField
from hingtui.ui.screens.token_dialog import HiddenInput
from hingtui.ui.widgets.key_bar import FooterKey, KeyBar
from hingtui.ui.widgets.line_input import LineInput

Test = Callable[[GatewaySettings, str | None], Awaitable[Checked]]
"""Asks a gateway whether it can be used; the second is the id of a video that it should know."""


class GatewayDialog(Dialog[GatewaySettings]):
    """Asks for name, address, family and token. Enter tests them, and once more saves them.

    Whether to follow the account is asked once it is known to have a list.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPE,
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(
        self, settings: Settings, test: Test, edited: GatewaySettings | None = None
    ) -> None:
        """`edited` is the gateway that is to be changed; None to add one. It keeps its name."""
        super().__init__()
        self._settings = settings
        self._edited = edited
        self._test_gateway = test
        self._suggested = ""
        """The name that was suggested last: one that was typed is left alone."""
        self._testing: GatewaySettings | None = None
        """Being tested."""
        self._tested: GatewaySettings | None = None
        """Last tested, its result shown."""
        self._message_about: GatewaySettings | None = None
        """The input that the message is about."""

    def compose(self) -> ComposeResult:
        edited = self._edited
        title = _("Add a gateway")
        if edited is not None:
            title = _("Change the gateway {name}").format(name=edited.name)
        with Vertical(id="gateway-box", classes="box"):
            yield Label(title, classes="title", markup=False)
            yield from self._fields(edited)
            yield Static("", id="gateway-result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test it"), id="gateway-test", variant="primary")
                yield Button(_("Save it"), id="gateway-save")
            words = _("It is saved in {path}, readable by you alone.")
            path = legible(str(self._settings.gateways_path))
            yield Label(words.format(path=path), classes="hint keys", markup=False)

    def _fields(self, edited: GatewaySettings | None) -> ComposeResult:
        address, name = (edited.base_url, edited.name) if edited is not None else ("", "")
        with Horizontal(classes="field"):
            yield Label(_("Base URL"), markup=False)
            yield AddressInput(address, placeholder="https://…", id="gateway-address", compact=True)
        with Horizontal(classes="field"):
            yield Label(_("Name"), markup=False)
            yield LineInput(name, id="gateway-name", compact=True, disabled=edited is not None)
        with Horizontal(classes="field"):
            yield Label(_("Family"), markup=False)
            yield KindField(id="gateway-kind", markup=False)
        with Horizontal(classes="field"):
            yield Label(_("Token"), markup=False)
            is_kept = edited is not None and edited.token is not None
            placeholder = _("as it is") if is_kept else _("none for a gateway of your own")
            yield HiddenInput(
                password=True, placeholder=placeholder, id="gateway-token", compact=True
            )
        with Horizontal(classes="field", id="gateway-follow"):
            yield Label(_("Follow"), markup=False)
            yield FollowField(markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter, Tab, Escape, and the key that chooses a family."""
        enter = _("Test it") if self._tested is None else _("Save it")
        keys = [FooterKey("enter", enter, 1), FooterKey("tab", _("Next field"), 2)]
        if self.is_mounted and self.query_one(KindField).has_focus:
            keys.append(FooterKey("right", _("Other family"), 3))
        if self.is_mounted and self.query_one(FollowField).has_focus:
            keys.append(FooterKey("space", _("Follow, or not"), 3))
        return [*keys, FooterKey("escape", _("Cancel"))]

    def on_mount(self) -> None:
        """Put the cursor into the address."""
        edited, follow = self._edited, self.query_one(FollowField)
        if edited is not None:
            with self.prevent(KindField.Changed):
                self.query_one(KindField).kind = edited.kind
            follow.is_on = edited.follow
        self._offer_follow(has_list=edited is not None and edited.follow)
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
        """Clear the message if it is about other input."""
        if self._as_typed() != self._message_about:
            self._testing = self._tested = None
            self._show_message("")

    @on(Input.Submitted)
    @on(KindField.Submitted)
    @on(FollowField.Submitted)
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
        self._show_message(_("Asking the gateway…"), "-calm")
        test = self._run_test(gateway, self.query_one(AddressInput).pasted.video_id)
        self.app.run_worker(test, group="gateway-test", exclusive=True, exit_on_error=False)

    async def _run_test(self, gateway: GatewaySettings, video_id: str | None) -> None:
        checked = await self._test_gateway(gateway, video_id)
        if self._testing is not gateway or not self.is_current:
            return  # closed, or another one was typed meanwhile
        self._testing, self._tested = None, gateway
        self._offer_follow(has_list=checked.has_list)
        hint = _("Enter saves it anyway.") if checked.is_problem else _("Enter saves it.")
        self._show_message(
            f"{steady(checked.sentence)}\n{hint}", "" if checked.is_problem else "-good"
        )

    @on(Button.Pressed, "#gateway-save")
    def _save(self) -> None:
        """Close with the gateway, tested or not."""
        if (gateway := self._typed()) is not None:
            follow = self.query_one(FollowField)
            is_followed = follow.is_on and bool(self.query_one("#gateway-follow").display)
            self.dismiss(replace(gateway, follow=is_followed))

    def _offer_follow(self, *, has_list: bool) -> None:
        """Only an account with a list can be followed."""
        self.query_one("#gateway-follow").display = has_list

    def _typed(self) -> GatewaySettings | None:
        """The gateway that was typed; None after saying what is wrong with it."""
        self.query_one(AddressInput).reduce()
        try:
            return self._with_kept(check_gateway(self._settings, self._as_typed()))
        except SettingsError as error:
            self._show_message(steady(str(error)))
            return None

    def _with_kept(self, gateway: GatewaySettings) -> GatewaySettings:
        """`gateway` with what is not asked for again: the token, where it goes to one origin."""
        edited = self._edited
        if edited is None:
            return gateway
        gateway = replace(gateway, balance=edited.balance)
        is_kept = gateway.token is None and gateway.origin == edited.origin
        if is_kept and edited.token_source == ADDED:
            return replace(gateway, token=edited.token, token_source=ADDED)
        return gateway

    def _as_typed(self) -> GatewaySettings:
        """The content of the fields, not checked."""
        return GatewaySettings(
            name=self.query_one("#gateway-name", Input).value,
            base_url=self.query_one(AddressInput).value,
            kind=self.query_one(KindField).kind,
            token=self.query_one(HiddenInput).value.strip() or None,
        )

    def _show_message(self, words: str, style: str = "") -> None:
        self._message_about = self._as_typed()
        line = self.query_one("#gateway-result", Static)
        line.set_classes(style)
        line.update(Text(words))
        self._show_keys()

    def _show_keys(self) -> None:
        for bar in self.query(KeyBar):
            bar.show_keys()
