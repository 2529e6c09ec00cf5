"""Start the dashboard, the demo, or the demo's server alone."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import Settings, load_settings
from hingtui.system.log import open_log
from hingtui.system.shutdown import this_process
from hingtui.text import i18n
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hingtui.demo.server import DemoServer
    from hingtui.system.clock import Clock

DEMO_RATE = 700_000.0
"""Bytes a second of each of the demo's downloads: slow enough for a bar to be seen moving."""
_LOOK_FOR_NEW = 1.0
"""Seconds between two looks whether the demo's story has new videos."""
_CANNOT_DRAW = ("", "dumb", "unknown")
"""What TERM says where there is no terminal that draws."""
_TERMINFO = ("/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo")


def dashboard(environ: Mapping[str, str]) -> int:
    """The dashboard on the user's own watchlist; the exit status."""
    if (problem := _no_terminal(environ)) is not None:
        return _refuse(problem)
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        return _refuse(str(error))
    return _run_app(settings, is_demo=False)


def demo(environ: Mapping[str, str], videos: int, seed: int) -> int:
    """The dashboard on an embedded server, in a folder of its own; the exit status."""
    if (problem := _no_terminal(environ)) is not None:
        return _refuse(problem)
    this_process.be_patient()
    home = Path(tempfile.mkdtemp(prefix="hingtui-demo-"))
    this_process.at_last(lambda: _clear(home))
    try:
        with _demo_server(videos, seed) as server:
            settings = load_settings(demo_environ(environ, home, server.base_url, server.token))
            with _storyteller(server, settings):
                status = _run_app(settings, is_demo=True, clock=server.clock)
        saved = sorted(settings.downloads.glob("*.mp4"))
        if saved:
            with suppress(OSError):  # after a SIGHUP there may be no terminal to say it on
                print(_("The demo's saved videos are in {path}").format(path=settings.downloads))
        return status
    finally:
        _clear(home)


def _clear(home: Path) -> None:
    """Remove the demo's folder, unless it holds a video that somebody wanted to have."""
    if not any(home.glob("videos/*.mp4")):
        shutil.rmtree(home, ignore_errors=True)


def serve(videos: int, seed: int, port: int) -> int:
    """Only the demo's server, until interrupted; the exit status."""
    this_process.be_interruptible()
    with _demo_server(videos, seed, port=port) as server:
        print(f"export HINGNET_BASE_URL={server.base_url}")
        print(f"export HINGNET_API_KEY={server.token}")
        ids = " ".join(server.story.jobs)
        print("# " + _("In another terminal, paste the two lines above, then for example:"))
        print(f"# hingtui add {ids}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 130
    return 0


def demo_environ(
    environ: Mapping[str, str], home: Path, base_url: str, token: str
) -> dict[str, str]:
    """The environment of a demo: the user's language and terminal, and nothing else of theirs."""
    own = ("HINGTUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: environ[name] for name in own if name in environ}
    return kept | {
        "HINGTUI_HOME": str(home),
        "HINGNET_BASE_URL": base_url,
        "HINGNET_API_KEY": token,
    }


def _run_app(settings: Settings, *, is_demo: bool, clock: Clock | None = None) -> int:
    this_process.be_patient()
    gc.disable()  # until the first paint: looking for garbage among imports only costs time
    from hingtui.ui.app import HingtuiApp

    for name in ("COLUMNS", "LINES"):  # exported once, they would hide each change of size
        os.environ.pop(name, None)
    i18n.use_language(settings.language)
    log = open_log(settings.log_path)
    hide: Callable[[str], None] | None = log.hide if log is not None else None
    app = HingtuiApp(settings, is_demo=is_demo, clock=clock, hide=hide)
    if sys.platform != "win32":
        from hingtui.ui.textual_fixes.driver import TerminalDriver

        app.driver_class = TerminalDriver

    def tell_unwritten() -> None:
        with suppress(OSError):  # the terminal may be gone
            _tell_unwritten(app.monitor.unwritten)

    this_process.at_last(tell_unwritten)
    try:
        if this_process.status is None:
            this_process.run(app.run_async())
    finally:
        this_process.terminal.put_back()
        tell_unwritten()
        this_process.end(app.return_code or 0)
        if log is not None:
            log.close()
    return app.return_code or 0


def _tell_unwritten(ids: list[str]) -> None:
    """What the watchlist's file could not take is still on the screen, to be added again."""
    if ids:
        import shlex  # hardly ever needed

        told = _("These ids could not be written to the watchlist. To watch them again:")
        again = shlex.join(["hingtui", "add", *(clean_line(one) for one in ids)])
        # Where the end comes by force, Textual still holds sys.stderr.
        print(f"hingtui: {told}\n{again}", file=sys.__stderr__, flush=True)


def _no_terminal(environ: Mapping[str, str]) -> str | None:
    """Why there can be no dashboard here; None when there can."""
    # Textual draws on stderr, so that one must be the terminal as well.
    # A stream is None where its descriptor was closed before the start.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return _("The dashboard needs a terminal. In scripts use: hingtui status --json")
    if os.name == "posix" and not _can_draw(environ.get("TERM", "")):
        return _("This terminal cannot draw a dashboard (TERM is {name}).").format(
            name=clean_line(environ.get("TERM", ""), 40) or _("not set")
        )
    return None


def _can_draw(terminal: str) -> bool:
    """Whether a terminal of this name can put its cursor anywhere, in the ANSI way.

    One that this machine has no entry for is trusted: the newest terminals come over ssh.
    """
    if terminal in _CANNOT_DRAW:
        return False
    try:
        import curses
    except ImportError:
        return True
    try:
        curses.setupterm(terminal, 1)
    except (ValueError, curses.error):
        # Not only unknown names end here, but also entries that are no terminal of their own
        # (`network`) or a printer's.
        return not _has_entry(terminal)
    return (curses.tigetstr("cup") or b"").startswith(b"\x1b[")


def _has_entry(terminal: str) -> bool:
    """Whether this machine's terminfo describes a terminal of this name."""
    if "/" in terminal or "\0" in terminal:
        return False
    own = [os.environ.get("TERMINFO", ""), os.path.expanduser("~/.terminfo")]  # noqa: PTH111
    more = os.environ.get("TERMINFO_DIRS", "").split(":")
    folders = [folder for folder in (*own, *more, *_TERMINFO) if folder]
    first = (terminal[0], f"{ord(terminal[0]):x}")  # by its letter, or by the letter's number
    return any(os.path.exists(f"{folder}/{one}/{terminal}") for folder in folders for one in first)  # noqa: PTH110


def _refuse(sentence: str) -> int:
    print(f"hingtui: {sentence}", file=sys.stderr)
    return 2


@contextmanager
def _demo_server(videos: int, seed: int, *, port: int = 0) -> Iterator[DemoServer]:
    from hingtui.demo.server import DemoServer
    from hingtui.demo.story import Story
    from hingtui.system.clock import Clock

    clock = Clock()
    story = Story.endless(clock, videos=videos, seed=seed)
    with DemoServer(story, clock=clock, rate=DEMO_RATE, port=port) as server:
        yield server


@contextmanager
def _storyteller(server: DemoServer, settings: Settings) -> Iterator[None]:
    """Adds the story's videos to the watchlist as they come into being, as a script would."""
    from hingtui.storage.watchlist import Watchlist
    from hingtui.storage.watchlist.entry import Entry

    watchlist = Watchlist(settings.watchlist_path)
    story, clock = server.story, server.clock
    watchlist.change(add=[Entry(job.id, job.created_at) for job in story.jobs.values()])
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(_LOOK_FOR_NEW):
            new = story.due(clock.time())
            if new:
                watchlist.change(add=[Entry(job.id, job.created_at) for job in new])

    teller = threading.Thread(target=tell, name="storyteller", daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
