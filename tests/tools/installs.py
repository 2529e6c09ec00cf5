"""Install the wheel in fresh environments and try it: `python3 -m tests.tools.installs [PYTHON…]`.

With each PYTHON (this one if none is named), with pip, pipx and uv as far as they are installed,
and with the lowest and the newest dependencies that pyproject.toml allows. What could not run is
printed. Each case takes about 20 seconds, most of it for downloads. No extra is installed: neither
PyAV nor Pillow may be there, and everything has to work without them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hingtui import __version__
from tests.tools.on_a_screen import problem_of_dashboard
from tests.tools.packages import ROOT, build

LOWEST, NEWEST = "lowest", "newest"
_ONLY_WITH_EXTRAS = ("av", "PIL", "textual_image")
_IMPORT_ALL = f"""
import importlib, pkgutil, sys
import hingtui
without = {_ONLY_WITH_EXTRAS!r}
for module in pkgutil.walk_packages(hingtui.__path__, "hingtui."):
    if module.name == "hingtui.__main__":
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in without:
            raise
print(*sorted(set(without) & set(sys.modules)))
"""


class Failed(Exception):
    """Something of an installation does not work."""


def lowest_requirements(pyproject: str) -> list[str]:
    """Every dependency of the core at the lowest version that is allowed, as constraints."""
    requirements = tomllib.loads(pyproject)["project"]["dependencies"]
    found = []
    for requirement in requirements:
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)[^;]*(;.*)?$", requirement)
        if match is None:
            raise ValueError(f"{requirement} names no lowest version")
        name, version, marker = match.groups()
        found.append(f"{name}=={version}{' ' + marker if marker else ''}")
    return found


class Case:
    """One installation, in a folder of its own."""

    def __init__(self, folder: Path, wheel: Path, python: str, dependencies: str) -> None:
        self.folder = folder
        self.wheel = wheel
        self.python = python
        self.constraints = folder / "constraints.txt"
        lowest = lowest_requirements((ROOT / "pyproject.toml").read_text("utf-8"))
        self.expected = lowest[0] if dependencies == LOWEST else ""
        self.constraints.write_text("\n".join(lowest) if self.expected else "")

    def with_pip(self) -> Path:
        """Install into a virtual environment by pip; the folder of its programs."""
        run([self.python, "-m", "venv", str(self.folder / "venv")])
        programs = self.folder / "venv" / "bin"
        pip = [str(programs / "python"), "-m", "pip", "install", "-q"]
        run([*pip, "-c", str(self.constraints), str(self.wheel)])
        return programs

    def with_pipx(self) -> Path:
        """Install by pipx into a home of its own; the folder of its programs."""
        home = self.folder / "pipx"
        places = {"PIPX_HOME": home, "PIPX_BIN_DIR": home / "bin", "PIPX_MAN_DIR": home / "man"}
        environ = os.environ | {name: str(path) for name, path in places.items()}
        options = f"--pip-args=-q -c {self.constraints}"
        run(["pipx", "install", "--python", self.python, options, str(self.wheel)], environ)
        if not (home / "man" / "man1" / "hingtui.1").exists():
            raise Failed("pipx found no manual page")
        return home / "venvs" / "hingtui" / "bin"

    def with_uv(self) -> Path:
        """Install into a virtual environment by uv; the folder of its programs."""
        venv = self.folder / "venv"
        run(["uv", "venv", "-q", "--python", self.python, str(venv)])
        pip = ["uv", "pip", "install", "-q", "--python", str(venv / "bin" / "python")]
        run([*pip, "-c", str(self.constraints), str(self.wheel)])
        return venv / "bin"


INSTALLERS: dict[str, Callable[[Case], Path]] = {
    "pip": Case.with_pip,
    "pipx": Case.with_pipx,
    "uv": Case.with_uv,
}


def run(command: list[str], environ: Mapping[str, str] | None = None) -> str:
    """What a command prints. Raises Failed with its last words.

    It runs in the folder of `environ`'s HOME: Python would import the hingtui of this one.
    """
    folder = None if environ is None else environ["HOME"]
    ended = subprocess.run(  # noqa: S603
        command, env=environ, cwd=folder, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Failed(f"{' '.join(command[:4])} …: {(ended.stderr or ended.stdout)[-2000:]}")
    return ended.stdout


def check(programs: Path, home: Path, expected: str) -> str:
    """Try what was installed; the versions of Python and libraries. Raises Failed.

    `expected` is a requirement that has to be among those versions, or "".
    """
    environ = {
        "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),
        "HOME": str(home),
        "HINGTUI_HOME": str(home),
        "HINGTUI_LANG": "en",
        "TERM": "xterm-256color",
    }
    hingtui, python = str(programs / "hingtui"), str(programs / "python")
    if run([hingtui, "--version"], environ) != f"hingtui {__version__}\n":
        raise Failed("--version names another version")
    if "用法" not in run([hingtui, "--help"], environ | {"HINGTUI_LANG": "zh"}):
        raise Failed("the translation is missing")
    if imported := run([python, "-c", _IMPORT_ALL], environ).strip():
        raise Failed(f"imported without an extra: {imported}")
    if "hingtui.1" not in {path.name for path in programs.parent.rglob("share/man/man1/*")}:
        raise Failed("the manual page is missing")
    if problem := problem_of_dashboard([hingtui, "demo"], environ, home):
        raise Failed(problem)
    versions = "import sys, importlib.metadata as m; print(sys.version.split()[0], *("
    versions += "f'{n} {m.version(n)}' for n in ('textual', 'httpx', 'tomli-w', 'platformdirs')))"
    found = run([python, "-c", versions], environ).strip()
    if expected.replace("==", " ") not in found:
        raise Failed(f"{expected} was asked for: {found}")
    return found


def cases(pythons: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each python, installer and kind of dependencies that can be tried here."""
    for name in INSTALLERS:
        if name != "pip" and shutil.which(name) is None:
            print(f"not run: {name} is not installed")
            continue
        for python in pythons:
            yield from ((python, name, dependencies) for dependencies in (LOWEST, NEWEST))


def main(pythons: list[str]) -> int:
    """Try every case; the exit status."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(ROOT, Path(folder) / "dist", "wheel")["wheel"]
        for number, (python, name, kind) in enumerate(cases(pythons or [sys.executable])):
            home = Path(folder) / str(number) / "home"
            home.mkdir(parents=True)
            try:
                case = Case(home.parent, wheel, python, kind)
                versions = check(INSTALLERS[name](case), home, case.expected)
                print(f"ok      {name:4} {kind}: Python {versions}", flush=True)
            except Failed as error:
                failures += 1
                print(f"failed  {name:4} {kind} {python}: {error}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
