"""The `demo` command: the dashboard on an embedded server, or the server alone."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hingtui.cli.dashboard import refuse_to_start, run_app
from hingtui.cli.terminal_check import why_no_dashboard
from hingtui.storage.settings import Settings, load_settings
from hingtui.system.shutdown import this_process
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hingtui.demo.server import DemoServer

DEMO_RATE = 700_000.0
"""Bytes a second of each of the demo's downloads: slow enough for a bar to be seen moving."""
_LOOK_FOR_NEW = 1.0
"""Seconds between two looks whether the demo's story has new videos."""


def demo(environ: Mapping[str, str], videos: int, seed: int) -> int:
    """The dashboard on an embedded server, in a folder of its own; the exit status."""
    if (problem := why_no_dashboard(environ)) is not None:
        return refuse_to_start(problem)
    this_process.be_patient()
    home = Path(tempfile.mkdtemp(prefix="hingtui-demo-"))
    this_process.at_last(lambda: _clear(home))
    try:
        with _demo_server(videos, seed) as server:
            settings = load_settings(demo_environ(environ, home, server.base_url, server.token))
            with _storyteller(server, settings):
                status = run_app(settings, is_demo=True, clock=server.clock)
        saved = sorted(settings.downloads.glob("*.mp4"))
        if saved:
            with suppress(OSError):  # after a SIGHUP there may be no terminal to say it on
                print(_("The demo's saved videos are in {path}").format(path=settings.downloads))
        return status
    finally:
        _clear(home)


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


def _clear(home: Path) -> None:
    """Remove the demo's folder, unless it holds a video that somebody wanted to have."""
    if not any(home.glob("videos/*.mp4")):
        shutil.rmtree(home, ignore_errors=True)


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
