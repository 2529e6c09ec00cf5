"""Build wheel and sdist, and check them: `python3 -m tests.tools.packages [FOLDER]`.

Two builds of copies that differ in folder, age and permissions have to be the same bytes, as has a
wheel that is built from the sdist. Both hold exactly what they should. FOLDER keeps what was built.
It needs hatchling (the extra `lint`), and takes a few seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from hingtui import __version__

ROOT = Path(__file__).parents[2]
EPOCH = 1_700_000_000
"""Unix seconds: the age of every file in what is built here."""
_PARTS = ("hingtui", "tests", "README.md", "pyproject.toml", ".gitignore", ".github/LICENSE")
"""What belongs into the sdist."""
_NOT_IN_WHEEL = ("*README.md", "*.po", "*.1")
_CACHES = ("__pycache__", ".*_cache", ".hypothesis")
_PAGE = f"hingtui-{__version__}.data/data/share/man/man1/hingtui.1"
_INFO = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/.github/LICENSE")


def sources() -> list[str]:
    """The files that belong into the sdist: those that git knows, or all where there is no git."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--", *_PARTS]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
        return sorted(name for name in listed.stdout.split("\0") if (ROOT / name).is_file())
    return sorted(_files_below(ROOT, _PARTS))


def _files_below(root: Path, parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        for path in [root / part, *(root / part).rglob("*")]:
            name = path.relative_to(root)
            is_cache = any(fnmatch(piece, cache) for piece in name.parts for cache in _CACHES)
            if path.is_file() and not is_cache:
                yield name.as_posix()


def copy(names: Iterable[str], target: Path, *, mode: int, age: float) -> None:
    """Copy the sources, with these permissions and this time of change (Unix seconds)."""
    for name in names:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, path)
        path.chmod(mode)
        os.utime(path, (age, age))
    cache = target / "hingtui" / "__pycache__" / "left.pyc"  # must not get into either
    cache.parent.mkdir()
    cache.touch()


def build(source: Path, target: Path, *kinds: str) -> dict[str, Path]:
    """Build `wheel` or `sdist`, nothing: both; the files by kind."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    command += [word for kind in kinds for word in ("-t", kind)]
    environ = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH), "HATCH_QUIET": "1"}
    subprocess.run(command, cwd=source, env=environ, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    built = {"wheel": [*target.glob("*.whl")], "sdist": [*target.glob("*.tar.gz")]}
    return {kind: paths[0] for kind, paths in built.items() if paths}


def expected_in_wheel(names: Iterable[str]) -> set[str]:
    """What the wheel has to hold."""
    package = {name for name in names if name.startswith("hingtui/")}
    package = {n for n in package if not any(fnmatch(n, pattern) for pattern in _NOT_IN_WHEEL)}
    info = {f"hingtui-{__version__}.dist-info/{name}" for name in _INFO}
    return package | info | {_PAGE}


def expected_in_sdist(names: Iterable[str]) -> set[str]:
    """What the sdist has to hold."""
    return {f"hingtui-{__version__}/{name}" for name in [*names, "PKG-INFO"]}


def check(folder: Path) -> list[str]:
    """Build everything below `folder`; what is wrong, a sentence each."""
    names = sources()
    for name, mode, age in (("one", 0o644, EPOCH + 5), ("two-of-another-length", 0o600, 1e9)):
        copy(names, folder / name, mode=mode, age=age)
    one = build(folder / "one", folder / "built")
    two = build(folder / "two-of-another-length", folder / "again")
    with tarfile.open(one["sdist"]) as sdist:
        sdist.extractall(folder, filter="data")
        in_sdist = {member.name for member in sdist.getmembers() if member.isfile()}
    third = build(folder / f"hingtui-{__version__}", folder / "from-sdist", "wheel")
    with zipfile.ZipFile(one["wheel"]) as wheel:
        in_wheel = set(wheel.namelist())
    problems = [
        *_differences("the wheel", in_wheel, expected_in_wheel(names)),
        *_differences("the sdist", in_sdist, expected_in_sdist(names)),
    ]
    for kind, path in one.items():
        if path.read_bytes() != two[kind].read_bytes():
            problems.append(f"two builds of the {kind} differ")
    if third["wheel"].read_bytes() != one["wheel"].read_bytes():
        problems.append("a wheel that is built from the sdist differs")
    return problems


def _differences(what: str, found: set[str], expected: set[str]) -> Iterator[str]:
    yield from (f"{what} holds {name}" for name in sorted(found - expected))
    yield from (f"{what} lacks {name}" for name in sorted(expected - found))


def main(arguments: list[str]) -> int:
    """Build, check, and keep what was built in a folder if one is named; the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        problems = check(Path(folder))
        for problem in problems:
            print(problem, file=sys.stderr)
        for path in sorted((Path(folder) / "built").iterdir()):
            print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")
            if arguments:
                target = Path(arguments[0])
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    if not problems:
        print("reproducible, and they hold what they should")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
