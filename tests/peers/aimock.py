"""aimock, a mock server from npm: OpenAI's and xAI's videos API, and OpenRouter's under /api.

Its videos are files of the demo: the first two faces link to the demo's storage and have no
`/content`, OpenRouter's serves the bytes itself. None has a list.
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
    links = _links(files)
    videos = [{"id": f"video_mock{n}", "url": url} for n, url in enumerate(links[::2])]
    grok = [{"prompt": f"g {n}.", "url": url, "cost": 0.42} for n, url in enumerate(links[1::2])]
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"videos": videos, "grok": grok, "jobs": _jobs(files, folder)}))
    script = str(Path(__file__).with_name("aimock.cjs"))
    with running(
        [node, script, package, str(port), str(plan)], folder, probe=f"http://127.0.0.1:{port}/"
    ):
        created = _created(folder)
        ids = (*(video["id"] for video in videos), *created["grok"])
        jobs = tuple(created["jobs"])
        yield [
            Peer("aimock", f"http://127.0.0.1:{port}", "sk-aimock-any", ids),
            Peer("openrouter", f"http://127.0.0.1:{port}/api", "sk-aimock-any", jobs),
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


def _links(files: DemoServer) -> list[str]:
    """Some links of the demo's storage."""
    now = files.clock.time()
    links = []
    for video_id in ids_of(files, vocabulary="openai"):
        job = files.story.find(video_id, now)
        if job and job.status(now) is Status.READY:
            found = request(f"{files.base_url}/v1/videos/{video_id}", files.token)
            links.append(str(found["video_url"]))
    return links[:6]


def _jobs(files: DemoServer, folder: Path) -> list[dict[str, object]]:
    """Videos whose bytes are in a file."""
    jobs: list[dict[str, object]] = []
    for number, job in enumerate(list(files.story.jobs.values())[:_JOBS]):
        path = folder / f"{number}.mp4"
        path.write_bytes(job.file())
        jobs.append({"prompt": f"job {number}.", "file": str(path), "cost": job.cost})
    return jobs


def _created(folder: Path) -> dict[str, list[str]]:
    """The ids that the script prints once it has created its videos."""
    output = folder / "output.log"
    for _attempt in range(100):
        lines = [line for line in output.read_text().splitlines() if line.startswith("{")]
        if lines:
            found: dict[str, list[str]] = json.loads(lines[-1])
            return found
        time.sleep(0.1)
    raise RuntimeError(f"aimock created no videos:\n{output.read_text()[-2000:]}")
