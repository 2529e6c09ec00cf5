"""The dialog that takes a token, and has it tried before it is used or saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Static

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import clean_token
from hingtui.text.cell_width import legible, steady
from hingtui.text.i18n import _
from hingtui.ui.screens.dialogs import Dialog
from hingtui.ui.widgets.key_bar import FooterKey


@dataclass(frozen=True, slots=True)
class TypedToken:
    """The answer of the dialog."""

    token: str
    keep: bool
    """Whether to save it."""
    is_proven: bool
    """Whether the gateway has accepted it."""


class HiddenInput(Input):
    """An input from which nothing is copied: every program can read the clipboard."""

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Cut nothing."""


class TokenDialog(Dialog[TypedToken]):
    """Asks for the token, hidden. One that could not be proven is used only when asked again."""

    def __init__(
        self, gateway: str, path: str, problem_with: Callable[[str], Awaitable[str]]
    ) -> None:
        """`problem_with` asks the gateway: why a token is not proven to work, "" if it is."""
        super().__init__()
        self._gateway = gateway
        self._path = path
        self._problem_with = problem_with
        self._checking = ""
        """The token that the gateway is asked about just now."""
        self._unproven = ""
        """The token that the person knows to be unproven."""

    def compose(self) -> ComposeResult:
        with Vertical(id="token-box", classes="box"):
            title = _("Token for {host}").format(host=legible(self._gateway))
            yield Label(title, classes="title", markup=False)
            yield Label(
                _("It is sent to this host only, and stays hidden."), classes="hint", markup=False
            )
            yield HiddenInput(password=True, placeholder="oh-...", id="token-input")
            yield Static("", id="token-problem", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Save it"), id="token-save", variant="primary")
                yield Button(_("This run only"), id="token-once")
            words = _("It is tried first, then saved in {path}, readable by you alone.")
            yield Label(words.format(path=legible(self._path)), classes="hint", markup=False)

    def footer_keys(self) -> Sequence[FooterKey]:
        """Enter, Tab and Escape."""
        return [
            FooterKey("enter", _("Save it"), 1),
            FooterKey("tab", _("Next field"), 2),
            FooterKey("escape", _("Cancel")),
        ]

    def on_mount(self) -> None:
        """Put the cursor into the input."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _changed(self) -> None:
        """Clear the message: the token has changed."""
        self._unproven = ""
        self._show_message("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#token-save")
    def _save(self) -> None:
        self._answer(keep=True)

    @on(Button.Pressed, "#token-once")
    def _once(self) -> None:
        self._answer(keep=False)

    def _answer(self, *, keep: bool) -> None:
        try:
            token = clean_token(self.query_one(Input).value)
        except SettingsError as error:
            self._show_message(str(error))
            return
        if token == self._unproven:
            self.dismiss(TypedToken(token, keep, is_proven=False))
        elif token != self._checking:
            self._checking = token
            self._show_message(
                _("Asking the gateway whether it accepts the token…"), is_problem=False
            )
            self.app.run_worker(self._check(token, keep=keep), group="token", exit_on_error=False)

    async def _check(self, token: str, *, keep: bool) -> None:
        try:
            problem = await self._problem_with(token)
        finally:
            is_current = token == self._checking
            if is_current:
                self._checking = ""
        if not is_current or not self.is_current or self._typed() != token:
            return  # closed, or another token was typed meanwhile
        if not problem:
            self.dismiss(TypedToken(token, keep, is_proven=True))
            return
        self._unproven = token
        hint = _("Enter or a button uses it anyway.")
        self._show_message(f"{steady(problem)}\n{hint}")

    def _typed(self) -> str:
        try:
            return clean_token(self.query_one(Input).value)
        except SettingsError:
            return ""

    def _show_message(self, words: str, *, is_problem: bool = True) -> None:
        line = self.query_one("#token-problem", Static)
        line.set_class(not is_problem, "-calm")
        line.update(Text(words))
