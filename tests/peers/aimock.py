"""aimock, a mock server from npm: OpenAI's videos API, and OpenRouter's under /api.

Its videos are files of the demo: OpenAI's face links to the demo's storage, OpenRouter's serves the
bytes itself. It has no list, and OpenAI's face has no `/content`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.demo.server import DemoServer
from hingtui.model.video import Status
from tests.peers.demo import ids_of
from tests.peers.peer import NotInstalledError, Peer, free_port, program, request, running

_JOBS = 4
"""Videos of OpenRouter's face."""


@contextmanager
def aimock(files: DemoServer, folder: Path) -> Iterator[list[Peer]]:
    """Meanwhile, run aimock; its videos are those of `files`. Raises NotInstalledError."""
    node = program("node", "HINGTUI_NODE", "Debian's package nodejs")
    package, port = _package(), free_port()
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"videos": _videos(files), "jobs": _jobs(files, folder)}))
    script = str(Path(__file__).with_name("aimock.cjs"))
    with running(
        [node, script, package, str(port), str(plan)], folder, probe=f"http://127.0.0.1:{port}/"
    ):
        videos = tuple(video["id"] for video in json.loads(plan.read_text())["videos"])
        yield [
            Peer("aimock", f"http://127.0.0.1:{port}", "sk-aimock-any", videos),
            Peer("openrouter", f"http://127.0.0.1:{port}/api", "sk-aimock-any", _created(folder)),
        ]


def _package() -> str:
    """The folder of the npm package: HINGTUI_AIMOCK, or the global one."""
    folder = os.environ.get("HINGTUI_AIMOCK", "")
    if not folder and (npm := shutil.which("npm")):
        root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)  # noqa: S603
        folder = f"{root.stdout.strip()}/@copilotkit/aimock"
    if not Path(folder, "package.json").exists():
        raise NotInstalledError(
            "aimock is not installed (npm install -g @copilotkit/aimock; or set HINGTUI_AIMOCK to "
            "the package's folder)"
        )
    return folder


def _videos(files: DemoServer) -> list[dict[str, str]]:
    """Videos whose link is one of the demo's storage."""
    now = files.clock.time()
    videos: list[dict[str, str]] = []
    for video_id in ids_of(files):
        job = files.story.find(video_id, now)
        if job and job.vocabulary == "openai" and job.status(now) is Status.READY:
            found = request(f"{files.base_url}/v1/videos/{video_id}", files.token)
            videos.append({"id": f"video_mock{len(videos)}", "url": found["video_url"]})
    return videos[:4]


def _jobs(files: DemoServer, folder: Path) -> list[dict[str, object]]:
    """Videos whose bytes are in a file."""
    jobs: list[dict[str, object]] = []
    for number, job in enumerate(list(files.story.jobs.values())[:_JOBS]):
        path = folder / f"{number}.mp4"
        path.write_bytes(job.file())
        jobs.append({"prompt": f"job {number}.", "file": str(path), "cost": job.cost})
    return jobs


def _created(folder: Path) -> tuple[str, ...]:
    """The ids that the script prints once it has created its videos."""
    output = folder / "output.log"
    for _attempt in range(100):
        lines = [line for line in output.read_text().splitlines() if line.startswith("[")]
        if lines:
            return tuple(json.loads(lines[-1]))
        time.sleep(0.1)
    raise RuntimeError(f"aimock created no videos:\n{output.read_text()[-2000:]}")
