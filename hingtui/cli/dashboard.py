"""Start the dashboard, and put the terminal back when it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from hingtui.cli.terminal_check import why_no_dashboard
from hingtui.model.errors import SettingsError
from hingtui.model.key import VideoKey
from hingtui.storage.settings import Settings, load_settings
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from hingtui.system.clock import Clock


def dashboard(environ: Mapping[str, str]) -> int:
    """Run the dashboard on the user's own watchlist; the exit status."""
    if (problem := why_no_dashboard(environ)) is not None:
        return refuse_to_start(problem)
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return refuse_to_start(str(error))
    return run_app(settings, is_demo=False)


def run_app(settings: Settings, *, is_demo: bool, clock: Clock | None = None) -> int:
    """Run the dashboard with these settings; the exit status."""
    this_process.forward_signals()
    gc.disable()  # until the first paint: collecting garbage during the imports only costs time
    from hingtui.ui.app import HingtuiApp

    for name in ("COLUMNS", "LINES"):  # if exported, they would hide each change of size
        os.environ.pop(name, None)
    i18n.use_language(settings.language)
    log = open_log(settings.log_path)
    app = HingtuiApp(settings, is_demo=is_demo, clock=clock, hide=log.hide)
    if sys.platform != "win32":
        from hingtui.ui.textual_fixes.driver import TerminalDriver

        app.driver_class = TerminalDriver

    def print_unwritten() -> None:
        with suppress(OSError):  # the terminal may be gone
            _print_unwritten(app.monitor.unwritten)

    this_process.on_forced_exit(print_unwritten)
    try:
        if this_process.status is None:
            this_process.run(app.run_async())
    finally:
        this_process.terminal.restore()
        print_unwritten()
        this_process.end(app.return_code or 0)
        log.close()
    return app.return_code or 0


def _print_unwritten(keys: list[VideoKey]) -> None:
    """Print the ids that could not be written to the watchlist, so that none is lost."""
    if keys:
        import shlex  # hardly ever needed

        message = _("These ids could not be written to the watchlist. To watch them again:")
        command = shlex.join(["hingtui", "add", *(clean_line(key.id) for key in keys)])
        # When the process is ended by force, Textual still replaces sys.stderr.
        print(f"hingtui: {message}\n{command}", file=sys.__stderr__, flush=True)


def refuse_to_start(problem: str) -> int:
    """Print why there is no dashboard; the exit status of wrong usage."""
    print(f"hingtui: {problem}", file=sys.stderr)
    return 2
