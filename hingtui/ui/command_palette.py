"""The command palette: every command with its key, the themes and a screenshot.

Imported when the palette is first opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.theme import ThemeProvider

from hingtui.text.i18n import _
from hingtui.ui.commands import Command, Group
from hingtui.ui.screens.dashboard import Dashboard
from hingtui.ui.textual_fixes.wide_cuts import keep_wide_characters

if TYPE_CHECKING:
    from hingtui.ui.app import HingtuiApp


class _Entry(NamedTuple):
    name: str
    key: str
    """As a person reads it; "" for none."""
    run: Callable[[], Any]


class _SaysWhenNothingMatches(Provider):
    """Has a line of its own where nothing matches: Textual's comes late, and in English."""

    async def search(self, query: str) -> Hits:
        """What matches the words typed, or that nothing does."""
        is_empty = True
        async for hit in self.matching(query):
            is_empty = False
            yield hit
        if is_empty:
            yield Hit(1, Content(_("Nothing matches.")), lambda: None)

    def matching(self, query: str) -> Hits:
        """What matches the words typed."""
        raise NotImplementedError


class ThemeNames(_SaysWhenNothingMatches, ThemeProvider):
    """Lists the themes."""

    def matching(self, query: str) -> Hits:
        """As Textual's."""
        return ThemeProvider.search(self, query)


class CommandProvider(_SaysWhenNothingMatches):
    """Lists the commands in the order of the help."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for entry in self._entries():
            yield DiscoveryHit(entry.name, entry.run, help=_key_line(entry.key))

    async def matching(self, query: str) -> Hits:
        """What matches the words typed."""
        matcher = self.matcher(query)
        for entry in self._entries():
            if (score := matcher.match(entry.name)) > 0:
                name = matcher.highlight(entry.name)
                yield Hit(score, name, entry.run, help=_key_line(entry.key))

    def _entries(self) -> Iterator[_Entry]:
        """The commands to list; over a dialog, those that work there. Quitting comes last."""
        app = cast("HingtuiApp", self.app)
        if isinstance(self.screen, Dashboard):
            yield from (
                self._entry(command)
                for group in Group
                for command in app.keys.commands
                if command.group is group and command.id != "palette"
            )
        yield _Entry(_("Change the theme"), "", app.action_change_theme)
        yield _Entry(
            _("Take a screenshot (SVG) of this screen"),
            "",
            lambda: app.set_timer(0.1, app.deliver_screenshot),  # once the palette is gone
        )
        if not isinstance(self.screen, Dashboard):
            yield from map(self._entry, (one for one in app.keys.commands if one.id == "quit"))

    def _entry(self, command: Command) -> _Entry:
        app = cast("HingtuiApp", self.app)
        return _Entry(command.help, app.keys.shown(command.id), _runner(app, command.action))


def _key_line(key: str) -> str | None:
    return _("Key: {key}").format(key=key) if key else None


def _runner(app: HingtuiApp, action: str) -> Callable[[], Any]:
    async def run() -> None:
        if not await app.run_action(action):
            app.notify(_("Not possible while no video is watched."), markup=False)

    return run


def command_palette() -> Screen[Any]:
    """All commands, to be searched."""
    return _palette(CommandProvider, _("Search for commands…"), id="--command-palette")


def theme_palette() -> Screen[Any]:
    """All themes, to be searched."""
    return _palette(ThemeNames, _("Search for themes…"))


def _palette(provider: type[Provider], placeholder: str, **more: str) -> Screen[Any]:
    screen = CommandPalette(providers=[provider], placeholder=placeholder, **more)
    keep_wide_characters(screen)
    return screen
