"""Imports go one way only, and each outside library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hingtui

ROOT = Path(hingtui.__file__).parent
FLOORS = (
    ("clock", "errors", "i18n", "redaction", "text", "widths", "video", "ids", "schedule"),
    ("terminal", "process"),
    ("files", "file_kind", "mp4", "api", "diagnosis", "user_commands", "opener", "log"),
    ("settings", "watchlist", "download"),
    ("monitor",),
    ("demo", "ui"),
    ("printing", "commands", "interactive", "cli", "__main__"),
)
ORDER = ["", *(unit for floor in FLOORS for unit in floor)]
"""Each unit may import those that stand before it; "" is the package itself, with its version."""
DOORS = {
    "httpx": ("api",),
    "httpcore": ("api",),
    "socksio": ("api",),
    "textual": ("ui",),
    "rich": ("ui", "widths", "printing"),
    "tomli_w": ("watchlist",),
    "platformdirs": ("settings",),
}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def unit_of(module: str) -> str:
    """`hingtui.ui.app` belongs to the unit `ui`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (ROOT.parent / Path(*whole.split("."))).exists() or (
                    ROOT.parent / Path(*whole.split("."))
                ).with_suffix(".py").exists()
                yield whole if is_module else str(node.module)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_from_below(path: Path) -> None:
    own = unit_of(name_of(path))
    assert own in ORDER, f"{own} has no floor yet: give it one"
    for imported in imports_of(path):
        if imported.split(".")[0] != "hingtui":
            continue
        other = unit_of(imported)
        assert other == own or ORDER.index(other) < ORDER.index(own), f"{own} imports {imported}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_each_outside_library_comes_in_by_its_own_door(path: Path) -> None:
    own = unit_of(name_of(path))
    for imported in imports_of(path):
        library = imported.split(".")[0]
        assert own in DOORS.get(library, (own,)), f"{own} imports {library}"
