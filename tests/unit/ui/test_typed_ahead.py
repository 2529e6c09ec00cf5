"""Keys that are typed faster than the focus moves."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from hingtui.ui.textual_fixes.typed_ahead import TypedAheadApp
from tests.support.waiting import until


class SlowTable(Static, can_focus=True):
    """Keys stay in it for a moment, but for the one that moves the focus."""

    async def on_key(self, event: events.Key) -> None:
        if event.key != "slash":
            await asyncio.sleep(0.01)


class Searching(TypedAheadApp):
    """`/` focuses an input; `a` is a command."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "search"), Binding("a", "act")]
    acted = 0

    def compose(self) -> ComposeResult:
        yield SlowTable("table")
        yield Input()

    def action_search(self) -> None:
        self.screen.set_focus(self.query_one(Input))
        for letter in "xyz":  # typed a moment later: none of them has been sent to the table
            self.post_message(events.Key(letter, letter))

    def action_act(self) -> None:
        self.acted += 1


async def test_keys_reach_the_input_in_the_order_in_which_they_were_typed() -> None:
    app = Searching()
    async with app.run_test():
        app.screen.set_focus(app.query_one(SlowTable))
        app.post_message(events.Key("slash", "/"))
        for letter in "aqa":
            app.post_message(events.Key(letter, letter))
        await until(lambda: len(app.query_one(Input).value) == 6)
        assert app.query_one(Input).value == "aqaxyz"
        assert app.acted == 0


async def test_a_key_that_a_widget_has_taken_holds_up_no_other() -> None:
    app = Searching()
    async with app.run_test() as pilot:
        taken = events.Key("t", "t")
        taken._set_forwarded()
        app._on_their_way.append(taken)  # and it never comes back
        app.screen.set_focus(app.query_one(Input))
        app.post_message(events.Key("b", "b"))
        await pilot.pause()
        await until(lambda: app.query_one(Input).value == "b")
