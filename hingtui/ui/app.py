"""The Textual app: connects the dashboard with the monitor, the settings and the terminal.

What the first picture does not need (dialogs, the network, tracebacks) is imported when used.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from textual import events, on
from textual.binding import Binding, BindingsMap, BindingType
from textual.filter import LineFilter
from textual.theme import Theme

from hingtui.model.errors import StorageError
from hingtui.monitor import Changes, Monitor
from hingtui.monitor.download_thread import Naming
from hingtui.storage.open_history import history_of
from hingtui.storage.settings import Settings, foreign_hosts, gateways_by_url
from hingtui.storage.state import STATE_FILE
from hingtui.storage.watchlist import Watchlist
from hingtui.system.clock import Clock
from hingtui.system.open_file import Opened, open_file
from hingtui.system.shutdown import this_process
from hingtui.ui.adding_app import AddingApp
from hingtui.ui.auto_download import AutoDownload
from hingtui.ui.event_log import EventLog
from hingtui.ui.keys import LiveKeys, shown_key
from hingtui.ui.leaving_app import LeavingApp
from hingtui.ui.memory import Memory
from hingtui.ui.messages import VideosChanged
from hingtui.ui.previewing_app import PreviewingApp
from hingtui.ui.screens.dashboard import Dashboard
from hingtui.ui.screens.dashboard_context import DashboardContext
from hingtui.ui.textual_fixes.closed_screens import ClosedScreensApp
from hingtui.ui.textual_fixes.control_char_filter import ControlCharFilter
from hingtui.ui.textual_fixes.error_boundary import ErrorBoundaryApp
from hingtui.ui.textual_fixes.typed_ahead import TypedAheadApp
from hingtui.ui.theme.themed_app import ThemedApp
from hingtui.ui.toasts import ToastApp

_OPENED = Path(__file__).with_name("opened.tcss")
"""The styles of what is opened after the first picture: parsing them takes a tenth of the start."""
_CONTROL_CHAR_FILTER = ControlCharFilter()
_log = logging.getLogger(__name__)


class HingtuiApp(
    PreviewingApp,
    LeavingApp,
    ThemedApp,
    ErrorBoundaryApp,
    ClosedScreensApp,
    TypedAheadApp,
    ToastApp,
    AddingApp,
):
    """The dashboard over one monitor."""

    TITLE = "hingtui"
    CSS_PATH = "dashboard.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual's own
        (0, "-narrow"),
        (70, "-broad"),
        (120, "-wide"),  # from here, the details stand beside the table, not below it
    ]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (12, "-short"), (24, "-tall")]  # noqa: RUF012 - likewise
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", show=False),
        # Here, and not with the other commands, or Textual adds one of its own that has no id.
        # With priority, because it opens over dialogs too.
        Binding("ctrl+p", "command_palette", show=False, priority=True, id="palette"),
    ]

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        is_demo: bool = False,
        hide: Callable[[str], None] | None = None,
    ) -> None:
        """`hide` is called with each token in use, so that no log ever holds it."""
        super().__init__()
        self.settings = settings
        self.memory = Memory(settings.log_path.with_name(STATE_FILE))
        self.monitor = Monitor(
            Watchlist(settings.watchlist_path),
            folder=settings.downloads,
            max_downloads=settings.max_downloads,
            auto_download=AutoDownload.at_start(self.memory, settings.auto_download),
            naming=Naming(settings.name, settings.sidecar),
            resume_downloads=True,
            gateways=[gateway.name for gateway in settings.gateways],
            history=partial(history_of, settings, clock),
            clock=clock,
        )
        self.cache_path = settings.cache_path
        self.event_log = EventLog(self.monitor.clock.time)
        self._is_demo = is_demo
        self._hide = hide or (lambda _secret: None)
        self.keys = LiveKeys(settings.keys)
        self._notices = [*settings.notices, *self.keys.notices]
        # Not BINDINGS: those are read at import, before the language of their labels is known.
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(self.keys.bindings())])
        self.set_keymap(self.keys.keymap)
        theme = self.start_theme(config=settings.theme, remembered=self.memory.state.theme)
        self._notices += theme.notices
        self._last_input_at = self.monitor.clock.monotonic()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and one that removes control characters."""
        return [*super().get_line_filters(), _CONTROL_CHAR_FILTER]

    async def on_mount(self) -> None:
        """Show the screen first; the network stack is imported after that."""
        auto = AutoDownload(self.monitor, self.memory, self.settings.auto_download)
        alerts = self.make_alerts(self.monitor, auto, self.keys.key_for, lambda: self.settings)
        self._dashboard = Dashboard(
            self.monitor,
            self.palette(),
            DashboardContext(
                gateway_hosts=self._gateway_hosts,
                gateway_settings=lambda name: self.settings.gateway(name),
                is_demo=self._is_demo,
                notices=self._notices,
                keys=self.keys,
                memory=self.memory,
                alerts=alerts,
                play=self._play,
                reveal=self._reveal,
                open_history=partial(history_of, self.settings, self.monitor.clock),
                event_log=self.event_log,
                gateways_by_url=lambda urls: gateways_by_url(urls, self.settings.gateways),
                foreign_hosts=lambda urls: foreign_hosts(urls, self.settings.gateways),
            ),
        )
        self.monitor.subscribe(self._rows_changed)
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        await self.push_screen(self._dashboard)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        from hingtui.system.idle_gc import collect_when_idle
        from hingtui.ui.textual_fixes.cache_trim import trim_caches

        gc.enable()  # off since the imports began: nothing of what is there now is garbage
        gc.freeze()
        self.is_drawn = True
        this_process.on_stop_signal(
            self._exit_requested
        )  # not sooner: the start is not interruptible
        self.run_worker(self._watch(), group="watch", exit_on_error=False)
        for work in (
            trim_caches(self.monitor.clock),
            collect_when_idle(self.monitor.clock, self._idle_for),
        ):
            self.run_worker(work, group="memory", exit_on_error=False)
        self.stylesheet.add_source(_OPENED.read_text("utf-8"), (str(_OPENED), ""))
        self._dashboard.first_picture_drawn()

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, and note when something was last pressed."""
        if isinstance(event, events.InputEvent):
            self._last_input_at = self.monitor.clock.monotonic()
        await super().on_event(event)

    def _idle_for(self) -> float:
        """Seconds since the last input."""
        return self.monitor.clock.monotonic() - self._last_input_at

    async def _watch(self) -> None:
        """Load, connect, then watch for ever."""
        try:
            await self.monitor.load()
        except StorageError as error:
            _log.warning("the watchlist could not be read: %s", error)
            self.monitor.storage_error = error
        except Exception as error:  # noqa: BLE001 - it is read again each second; the watch begins
            self.report_unexpected(error, "reading the watchlist")
        self.follow_accounts()
        await self.connect_all()
        await self.monitor.run()

    def _gateway_hosts(self) -> dict[str, str]:
        """The host of each gateway; "" in the demo, where it says nothing."""
        return {
            gateway.name: "" if self._is_demo else urlsplit(gateway.base_url).netloc
            for gateway in self.settings.gateways
        }

    def _rows_changed(self, changes: Changes) -> None:
        self._dashboard.post_message(VideosChanged(changes))

    def show_alerts(self) -> None:
        """Redraw: the gateway's state, the notices or the alerts changed."""
        self._dashboard.post_message(VideosChanged(Changes(membership=True, gateway=True)))

    def add_notice(self, sentence: str) -> None:
        """Show a sentence in the banner while there is nothing more urgent."""
        self._notices.append(sentence)
        self.show_alerts()

    @on(Dashboard.TokenRequested)
    def _token_requested(self, event: Dashboard.TokenRequested) -> None:
        self.ask_for_token(event.gateway)

    async def _play(self, path: Path) -> Opened:
        """Open a file in the player."""
        command, token = self.settings.open_command, self.settings.token
        opened = await asyncio.to_thread(open_file, path, command, token)
        if not opened.is_open:
            _log.warning("the player could not open the file: %r", opened)
        return opened

    async def _reveal(self, path: Path) -> Opened:
        """Show the folder of a file."""
        return await asyncio.to_thread(open_file, path.parent, (), self.settings.token)

    def action_add_ids(self) -> None:
        """Ask for ids over another dialog, which says that this can be done."""
        self._dashboard.action_add()

    def action_help(self) -> None:
        """Show all keys."""
        from hingtui.ui.screens.help import HelpDialog

        self.push_screen(HelpDialog(self.keys, self.palette()))

    def action_command_palette(self) -> None:
        """As Textual's, with our commands and in the language in use."""
        from textual.command import CommandPalette

        from hingtui.ui.command_palette import command_palette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(command_palette())

    def search_themes(self) -> None:
        """As Textual's, in the language in use."""
        from hingtui.ui.command_palette import theme_palette

        self.push_screen(theme_palette())

    def get_key_display(self, binding: Binding) -> str:
        """The key as everywhere else in hingtui, not as Textual writes it."""
        return shown_key(binding.key)

    def _theme_changed(self, theme: Theme) -> None:
        self.memory.change(theme=None if theme.name == self.automatic_theme else theme.name)
        self._dashboard.use_palette(self.palette())
