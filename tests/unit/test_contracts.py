"""Which package may import which, and why: contracts, each checked in every module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hingtui

ROOT = Path(hingtui.__file__).parent
TESTS = Path(__file__).parents[1]
FLOORS = (
    ("text",),
    ("model", "system"),
    ("api", "download", "storage", "preview"),
    ("monitor",),
    ("demo",),
    ("ui",),
    ("cli",),
)
"""Each package imports only itself and packages of earlier rows."""
DOORS = {
    "httpx": ("api",),
    "httpcore": ("api",),
    "socksio": ("api",),
    "truststore": ("api",),
    "certifi": ("api",),
    "textual": ("ui",),
    "rich": ("ui", "text.cell_width", "cli.output"),
    "tomli_w": ("storage",),
    "platformdirs": ("storage",),
    "av": ("preview.clip", "preview.serving"),
    "PIL": ("preview.serving",),
    "textual_image": ("preview.serving",),
}
"""The only places that import a library: what has one door can be replaced."""
CONTRACTS = [
    ("monitor", "api", "the watch is tested without HTTP, and asks through protocols"),
    ("monitor", "storage.settings", "a command and the dashboard configure it as they need"),
    ("download", "storage", "one video is downloaded without knowing who wants it"),
    ("ui.screens", "api", "only ui.app makes a client: a screen never waits for a network"),
    ("ui.widgets", "api", "only ui.app makes a client: a widget never waits for a network"),
    ("ui.table", "api", "only ui.app makes a client: a cell never waits for a network"),
    ("preview", "storage", "a file is decoded without knowing who wants to see it"),
    ("preview.child", "text", "the decoder process starts with the standard library alone"),
    ("system", "model", "what is ported to another system knows no videos"),
    ("model", "system", "what a video is does not depend on the system"),
    ("demo", "ui", "the demo's server runs without a screen"),
]
"""(who, whom, why): `who` never imports `whom`."""


@cache
def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """`ui.table.cells` for a module; a package's own `__init__` has the package's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> list[str]:
    """Every imported name, absolute and dotted, inside functions too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return names


def ours(path: Path) -> Iterator[str]:
    """What it imports of hingtui, without that prefix."""
    for imported in imports_of(path):
        if imported.startswith("hingtui."):
            yield imported.removeprefix("hingtui.")


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_a_module_imports_only_from_lower_layers() -> None:
    floors = {name: floor for floor, names in enumerate(FLOORS) for name in names}
    broken = []
    for path in modules():
        package = name_of(path).split(".")[0]
        if package in ("", "__main__"):
            continue
        assert package in floors, f"{package} has no floor yet: give it one"
        for imported in ours(path):
            other = imported.split(".")[0]
            is_own = other == package or other not in floors  # no package: hingtui.__version__
            if not is_own and floors[other] >= floors[package]:
                broken.append(f"{name_of(path)} imports {imported}")
    assert broken == []


def test_each_library_is_imported_only_in_its_packages() -> None:
    broken = []
    for path in modules():
        for imported in imports_of(path):
            doors = DOORS.get(imported.split(".")[0])
            if doors is not None and not any(is_in(name_of(path), door) for door in doors):
                broken.append(f"{name_of(path)} imports {imported}")
    assert broken == []


@pytest.mark.parametrize(("who", "whom", "why"), CONTRACTS, ids=lambda value: str(value)[:40])
def test_an_import_contract_is_kept(who: str, whom: str, why: str) -> None:
    for path in modules():
        if is_in(name_of(path), who):
            broken = [imported for imported in ours(path) if is_in(imported, whom)]
            assert not broken, f"{name_of(path)} imports {broken}, but {why}"


def test_no_test_file_imports_another() -> None:
    of_a_test = re.compile(r"^ *(?:from|import) tests\.(?:\w+\.)*test_\w+\b.*$", re.MULTILINE)
    broken = [
        f"{path.relative_to(TESTS)}: {line.strip()}, but helpers are in tests/support"
        for path in sorted(TESTS.rglob("*.py"))
        for line in of_a_test.findall(path.read_text("utf-8"))
    ]
    assert broken == []
