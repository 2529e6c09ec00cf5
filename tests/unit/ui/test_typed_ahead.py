"""Keys that are typed faster than the focus moves."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import ClassVar
from unittest.mock import patch

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from hingtui.ui.textual_fixes import typed_ahead
from hingtui.ui.textual_fixes.typed_ahead import TypedAheadApp
from tests.support.waiting import until


class SlowTable(Static, can_focus=True):
    """Keys stay in it for a moment, but for the one that moves the focus."""

    async def on_key(self, event: events.Key) -> None:
        if event.key != "slash":
            await asyncio.sleep(0.01)


class Asking(ModalScreen[None]):
    """A dialog that takes a moment to come."""

    async def on_mount(self) -> None:
        await asyncio.sleep(0.01)

    def compose(self) -> ComposeResult:
        yield Input()


class Searching(TypedAheadApp):
    """`/` focuses an input, Enter leaves it, `s` opens a dialog; `a` is a command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search"),
        Binding("a", "act"),
        Binding("s", "ask"),
    ]
    acted = 0

    def compose(self) -> ComposeResult:
        yield SlowTable("table")
        yield Input()

    def on_mount(self) -> None:
        self.screen.set_focus(self.query_one(SlowTable))

    def action_search(self) -> None:
        self.screen.set_focus(self.query_one(Input))
        self.type("xyz")  # a moment later: none of them has been sent to the table

    @on(Input.Submitted)
    def leave(self) -> None:
        self.screen.set_focus(self.query_one(SlowTable))

    def action_ask(self) -> None:
        self.push_screen(Asking())

    def action_act(self) -> None:
        self.acted += 1

    def type(self, letters: str) -> None:
        """As a terminal does that sends several letters at once."""
        for letter in letters:
            self.post_message(events.Key({"/": "slash", "\r": "enter"}.get(letter, letter), letter))

    @property
    def words(self) -> str:
        return self.screen_stack[0].query_one(Input).value


async def test_keys_reach_the_input_in_their_order() -> None:
    app = Searching()
    async with app.run_test():
        app.type("/aqa")
        await until(lambda: len(app.words) == 6)
        assert app.words == "aqaxyz"
        assert app.acted == 0


async def test_a_key_behind_enter_goes_to_the_new_focus() -> None:
    app = Searching()
    async with app.run_test():
        app.type("/moon\raa")
        await until(lambda: app.acted == 2)
        assert app.words == "moonxyz"[: len(app.words)]


async def test_keys_behind_a_command_reach_the_dialog_that_it_opens() -> None:
    app = Searching()
    async with app.run_test():
        app.type("saqa")
        await until(lambda: [one.value for one in app.screen.query(Input)] == ["aqa"])
        assert app.acted == 0


async def test_a_paste_behind_a_command_reaches_the_input() -> None:
    app = Searching()
    async with app.run_test():
        app.type("/")
        app.post_message(events.Paste("moon"))
        await until(lambda: len(app.words) == 7)
        assert app.words == "moonxyz"


async def test_a_busy_widget_delays_keys_only_for_a_moment() -> None:
    app = Searching()
    time = count()
    async with app.run_test():
        with (
            patch.object(app, "_is_quiet", return_value=False),
            patch.object(typed_ahead, "get_time", lambda: next(time) / 10),
        ):
            app.type("aa")
            await until(lambda: app.acted == 2)
