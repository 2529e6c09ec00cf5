"""The `demo` command: the dashboard on embedded gateways, or those alone."""

from __future__ import annotations

import errno
import shlex
import shutil
import sys
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

    from hingtui.demo.job import Job
    from hingtui.demo.server import DemoServer
    from hingtui.demo.story import Story
    from hingtui.storage.watchlist.entry import Entry
    from hingtui.system.clock import Clock

DEMO_RATE = 700_000.0
"""Bytes a second of each download in the demo: slow enough to see its progress bar move."""
_PORT_ERRORS = (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL)
_BATCH = 4
"""Videos that are added together at the start."""
_CHECK_EVERY = 1.0
"""Seconds between two checks for new videos in the demo's story."""


def demo(environ: Mapping[str, str], videos: int, seed: int) -> int:
    """Run the dashboard on embedded gateways, in a folder of its own; the exit status."""
    if (problem := why_no_dashboard(environ, is_demo=True)) is not None:
        return refuse_to_start(problem)
    this_process.forward_signals()
    folder = Path(tempfile.mkdtemp(prefix="hingtui-demo-"))
    this_process.on_forced_exit(lambda: _remove_unless_used(folder))
    try:
        with _demo_servers(videos, seed) as servers:
            settings = load_settings(configured(environ, folder, servers))
            story, clock = next((server.story, server.clock) for server in servers.values())
            with _adding_new_videos(story, clock, settings):
                status = run_app(settings, is_demo=True, clock=clock)
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
    this_process.be_interruptible()
    try:
        with _demo_servers(videos, seed, port=port) as servers:
            print(_what_to_paste(servers), flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno not in _PORT_ERRORS:
            raise
        sentence = _(
            "Port {port} cannot be used: {reason}. Choose another one, or leave --port out."
        )
        print(f"hingtui: {sentence.format(port=port, reason=error.strerror)}", file=sys.stderr)
        return 1
    return 0


def _what_to_paste(servers: Mapping[str, DemoServer]) -> str:
    """Lines for a shell that make the demo's gateways known in a home of their own; examples."""
    (first, default), *others = servers.items()
    jobs = [*default.story.jobs.values()]
    return "\n".join(
        [
            "export HINGTUI_HOME=$(mktemp -d)",
            f"export HINGNET_BASE_URL={default.base_url}",
            f"export HINGNET_API_KEY={default.token}",
            *(f"export {_variable(name)}={server.token}" for name, server in others),
            *(_config_command(_gateway_table(name, server)) for name, server in others),
            "# " + _("Paste the lines above into another terminal. Then for example:"),
            *_example(jobs, first, ""),
            *(line for name, _server in others for line in _example(jobs, name, name)),
            "# hingtui status",
        ]
    )


def _config_command(lines: Sequence[str]) -> str:
    """The command that appends these lines to config.toml, in every shell."""
    return f'printf "%s\\n" {shlex.join(lines)} >> "$HINGTUI_HOME/config.toml"'


def _example(jobs: Sequence[Job], gateway: str, option: str) -> list[str]:
    """The command that adds the gateway's jobs; nothing if it has none."""
    ids = [job.id for job in jobs if job.gateway == gateway]
    named = ["--gateway", option] if option else []
    return [" ".join(["# hingtui add", *named, *ids])] if ids else []


def _gateway_table(name: str, server: DemoServer) -> list[str]:
    """The lines of config.toml that make one gateway known, an empty one last."""
    from hingtui.demo.billing import UNLIMITED

    plan = server.plan
    return [
        f"[gateways.{name}]",
        f'base_url = "{server.base_url}"',
        f'token_env = "{_variable(name)}"',
        *([] if plan.kind == "auto" else [f'kind = "{plan.kind}"']),
        *(["balance = true"] if plan.limit < UNLIMITED else []),
        "",
    ]


def _variable(name: str) -> str:
    """The environment variable for the token of that gateway of the demo."""
    return f"DEMO_{name.upper()}_KEY"


def configured(
    environ: Mapping[str, str], folder: Path, servers: Mapping[str, DemoServer]
) -> dict[str, str]:
    """The environment of a demo in `folder`, whose config.toml then names all its gateways."""
    lines = [line for name, server in servers.items() for line in _gateway_table(name, server)]
    (folder / "config.toml").write_text("\n".join(lines))
    tokens = {_variable(name): server.token for name, server in servers.items()}
    return demo_environ(environ, folder, tokens)


def demo_environ(
    environ: Mapping[str, str], folder: Path, variables: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a demo: its own folder, its own variables, and the user's language."""
    language = ("HINGTUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: environ[name] for name in language if name in environ}
    return kept | {"HINGTUI_HOME": str(folder)} | dict(variables)


@contextmanager
def _demo_servers(videos: int, seed: int, *, port: int = 0) -> Iterator[dict[str, DemoServer]]:
    """The demo's gateways, started, with one story that begins now."""
    from hingtui.demo.gateways import GATEWAYS
    from hingtui.demo.server import demo_servers
    from hingtui.demo.story import Story
    from hingtui.system.clock import Clock

    clock = Clock()
    story = Story.endless(clock, videos=videos, seed=seed, gateways=tuple(GATEWAYS))
    with demo_servers(story, clock=clock, rate=DEMO_RATE, port=port) as servers:
        yield servers


@contextmanager
def _adding_new_videos(story: Story, clock: Clock, settings: Settings) -> Iterator[None]:
    """Meanwhile, add the story's videos to the watchlist as they are created, like a script."""
    from hingtui.storage.watchlist import Watchlist

    watchlist = Watchlist(settings.watchlist_path)
    watchlist.change(add=_first_entries(list(story.jobs.values())))
    ended = threading.Event()

    def add_new() -> None:
        while not ended.wait(_CHECK_EVERY):
            new = story.due(clock.time())
            if new:
                watchlist.change(add=[_entry(job) for job in new])

    adding = threading.Thread(target=add_new, name="demo videos", daemon=True)
    adding.start()
    try:
        yield
    finally:
        ended.set()
        adding.join()


def _first_entries(jobs: list[Job]) -> list[Entry]:
    """The videos at the start, as if a script had added a few at a time."""
    from hingtui.model.batch import new_batch

    batches = [jobs[at : at + _BATCH] for at in range(0, len(jobs), _BATCH)]
    return [
        _entry(job, new_batch(batch[0].created_at, len(batch)))
        for batch in batches
        for job in batch
    ]


def _entry(job: Job, batch: str = "") -> Entry:
    """The job as a script adds it: nothing but its id is known."""
    from hingtui.storage.watchlist.entry import Entry

    return Entry(job.id, job.created_at, gateway=job.gateway, batch=batch)
