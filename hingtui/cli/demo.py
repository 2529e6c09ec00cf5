"""The `demo` command: the dashboard on an embedded server, or that server alone."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
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

    from hingtui.demo.job import GatewayName, Job
    from hingtui.demo.server import DemoServer

DEMO_RATE = 700_000.0
"""Bytes a second of each download in the demo: slow enough to see its progress bar move."""
_LOOK_FOR_NEW = 1.0
"""Seconds between two checks for new videos in the demo's story."""


def demo(environ: Mapping[str, str], videos: int, seed: int) -> int:
    """Run the dashboard on an embedded server, in a folder of its own; the exit status."""
    if (problem := why_no_dashboard(environ)) is not None:
        return refuse_to_start(problem)
    this_process.forward_signals()
    folder = Path(tempfile.mkdtemp(prefix="hingtui-demo-"))
    this_process.on_forced_exit(lambda: _remove_unless_used(folder))
    try:
        with _demo_servers(videos, seed, ["hingnet"]) as servers:
            server = servers["hingnet"]
            settings = load_settings(demo_environ(environ, folder, server.base_url, server.token))
            with _adding_new_videos(server, settings):
                status = run_app(settings, is_demo=True, clock=server.clock)
        if any(settings.downloads.glob("*.mp4")):
            with suppress(OSError):  # after a SIGHUP the terminal may be gone
                print(_("The demo's saved videos are in {path}").format(path=settings.downloads))
        return status
    finally:
        _remove_unless_used(folder)


def _remove_unless_used(folder: Path) -> None:
    """Remove the demo's folder, unless a video was downloaded into it."""
    if not any(folder.glob("videos/*.mp4")):
        shutil.rmtree(folder, ignore_errors=True)


def serve(videos: int, seed: int, port: int) -> int:
    """Run only the demo's gateways, until interrupted; the exit status."""
    from hingtui.demo.gateways import GATEWAYS

    this_process.be_interruptible()
    with _demo_servers(videos, seed, tuple(GATEWAYS), port=port) as servers:
        print(_what_to_paste(servers), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 130
    return 0


def _what_to_paste(servers: Mapping[str, DemoServer]) -> str:
    """Lines for a shell and for config.toml that make the demo's gateways known, and examples."""
    (first, default), *others = servers.items()
    jobs = [*default.story.jobs.values()]
    return "\n".join(
        [
            f"export HINGNET_BASE_URL={default.base_url}",
            f"export HINGNET_API_KEY={default.token}",
            *(f"export {_variable(name)}={server.token}" for name, server in others),
            "# " + _("In another terminal, paste the lines above. Put these into config.toml:"),
            *(line for name, server in others for line in _gateway_table(name, server)),
            "# " + _("Then for example:"),
            *_example(jobs, first, ""),
            *(line for name, _server in others for line in _example(jobs, name, name)),
            "# hingtui status",
        ]
    )


def _example(jobs: Sequence[Job], gateway: str, option: str) -> list[str]:
    """The command that adds the gateway's jobs; nothing if it has none."""
    ids = [job.id for job in jobs if job.gateway == gateway]
    named = ["--gateway", option] if option else []
    return [" ".join(["# hingtui add", *named, *ids])] if ids else []


def _gateway_table(name: str, server: DemoServer) -> list[str]:
    """The lines of config.toml that make one gateway known, an empty one last."""
    return [
        f"[gateways.{name}]",
        f'base_url = "{server.base_url}"',
        f'kind = "{server.plan.kind}"',
        f'token_env = "{_variable(name)}"',
        "",
    ]


def _variable(name: str) -> str:
    """The environment variable for the token of that gateway of the demo."""
    return f"{name.upper()}_API_KEY"


def demo_environ(
    environ: Mapping[str, str], folder: Path, base_url: str, token: str
) -> dict[str, str]:
    """The environment of a demo: its own folder and gateway, and only the user's language."""
    language = ("HINGTUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: environ[name] for name in language if name in environ}
    return kept | {
        "HINGTUI_HOME": str(folder),
        "HINGNET_BASE_URL": base_url,
        "HINGNET_API_KEY": token,
    }


@contextmanager
def _demo_servers(
    videos: int, seed: int, gateways: Sequence[GatewayName], *, port: int = 0
) -> Iterator[dict[str, DemoServer]]:
    """These gateways of the demo, started, with one story that begins now."""
    from hingtui.demo.server import demo_servers
    from hingtui.demo.story import Story
    from hingtui.system.clock import Clock

    clock = Clock()
    story = Story.endless(clock, videos=videos, seed=seed, gateways=gateways)
    with demo_servers(story, gateways, clock=clock, rate=DEMO_RATE, port=port) as servers:
        yield servers


@contextmanager
def _adding_new_videos(server: DemoServer, settings: Settings) -> Iterator[None]:
    """Meanwhile, add the story's videos to the watchlist as they are created, like a script."""
    from hingtui.storage.watchlist import Watchlist
    from hingtui.storage.watchlist.entry import Entry

    watchlist = Watchlist(settings.watchlist_path)
    story, clock = server.story, server.clock
    watchlist.change(add=[Entry(job.id, job.created_at) for job in story.jobs.values()])
    ended = threading.Event()

    def add_new() -> None:
        while not ended.wait(_LOOK_FOR_NEW):
            new = story.due(clock.time())
            if new:
                watchlist.change(add=[Entry(job.id, job.created_at) for job in new])

    adder = threading.Thread(target=add_new, name="demo videos", daemon=True)
    adder.start()
    try:
        yield
    finally:
        ended.set()
        adder.join()
