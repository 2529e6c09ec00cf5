"""Run every command of the READMEs as it is written: `python3 -m tests.tools.readme_commands`.

Each README gets a copy of the sources, a fresh virtual environment and a fresh home, and a gateway
on this machine that has what its commands ask for. It prints what it did not run, and why. It takes
some minutes: packages are downloaded.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from hingtui.demo.server import DemoServer
from hingtui.demo.story import Job, Story
from hingtui.system.clock import Clock
from tests.tools.on_a_screen import problem_of_dashboard
from tests.tools.packages import ROOT, copy, sources

READMES = {"en": "README.md", "zh": "hingtui/text/locale/zh_CN/README.md"}
_TOKEN = "oh-readme-5f1c8a7e"
_NOT_RUN = {
    "systemctl": "needs a user's systemd",
    "docker": "needs a Docker daemon",
    "python3 -m pip install '.[test]' && python3 -m pytest": ".ci/run runs it",
}
"""Why commands that begin like this are left out."""
_MAY_BE_ONE = ("hingtui doctor",)
"""Commands whose status 1 only means that they found something to tell."""


def blocks(readme: str) -> list[str]:
    """Every line of the code blocks of shells, without comments."""
    found = re.findall(r"^```sh\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    lines = (line.partition(" #")[0].strip() for block in found for line in block.splitlines())
    return [line for line in lines if line]


class Newcomer:
    """Somebody who has just unpacked the sources, and types what the README says."""

    def __init__(self, folder: Path, language: str, server: DemoServer) -> None:
        self.sources = folder / "sources"
        copy(sources(), self.sources, mode=0o644, age=1_700_000_000)
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)  # noqa: S603
        home = folder / "home"
        home.mkdir()
        script = folder / "venv" / "bin" / "my-script"
        script.write_text('#!/bin/sh\necho \'{"id": "video_of_a_script"}\'\n')
        script.chmod(0o755)
        locale = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[language]
        self.environ = {
            "PATH": os.pathsep.join((str(script.parent), os.environ["PATH"])),
            "HOME": str(home),
            "LANG": locale,
            "TERM": "xterm-256color",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "HINGNET_BASE_URL": server.base_url,
            "HINGNET_API_KEY": _TOKEN,
        }

    def problem(self, line: str) -> str:
        """What is wrong with that line; "" if it works."""
        command = ["bash", "-euo", "pipefail", "-c", line]
        if line == "hingtui" or line.endswith(" demo"):
            return problem_of_dashboard(command, self.environ, self.sources)
        ended = subprocess.run(  # noqa: S603
            command,
            env=self.environ,
            cwd=self.sources,
            input=f"{_TOKEN}\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode == 0 or (ended.returncode == 1 and line in _MAY_BE_ONE):
            return ""
        return f"{ended.returncode}: {(ended.stderr or ended.stdout)[-1500:]}"


def _server(readme: str) -> DemoServer:
    """A gateway that has the README's ids and the script's, all ready."""
    clock = Clock()
    ids = {*re.findall(r"\bvideo_\w{8,}", readme), "video_of_a_script"}
    jobs = [Job(one, clock.time() - 200, queued_for=1, generating_for=9) for one in sorted(ids)]
    return DemoServer(Story(jobs), clock=clock, token=_TOKEN)


def main() -> int:
    """Run the commands of both READMEs; the exit status."""
    failures = 0
    for language, name in READMES.items():
        readme = (ROOT / name).read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder, _server(readme) as server:
            newcomer = Newcomer(Path(folder), language, server)
            for line in blocks(readme):
                why = next((why for start, why in _NOT_RUN.items() if line.startswith(start)), "")
                problem = "" if why else newcomer.problem(line)
                failures += bool(problem)
                state = "failed " if problem else "not run" if why else "ok     "
                print(
                    state, language, line, f"({problem or why})" * bool(problem or why), flush=True
                )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
