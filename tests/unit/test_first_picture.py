"""What is imported before the dashboard's first picture: each module delays it by a millisecond."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hingtui

ROOT = Path(hingtui.__file__).parent.parent
FIRST = (
    "hingtui.__main__",
    "hingtui.cli.parser",
    "hingtui.cli.dashboard",
    "hingtui.ui.app",
    "hingtui.ui.textual_fixes.driver",
)
"""What the start itself imports, some of it in functions."""
LATER = (
    *("hingtui.api", "hingtui.demo", "hingtui.cli.arguments", "hingtui.model.failures"),
    *("hingtui.model.ids", "hingtui.monitor.sidecar", "hingtui.download.interface"),
    *("hingtui.download.attempts", "hingtui.download.outputs", "hingtui.download.part"),
    *("hingtui.download.transfer", "hingtui.download.verification", "hingtui.model.mp4"),
    *("hingtui.monitor.one_round", "hingtui.monitor.forecast", "hingtui.monitor.watch_events"),
    *("hingtui.monitor.history_sightings", "hingtui.monitor.statistics_text"),
    *("hingtui.preview", "hingtui.system.terminal_pictures", "hingtui.ui.drawing"),
    *("hingtui.storage.history", "hingtui.storage.followed", "hingtui.text.redaction"),
    *("hingtui.ui.command_palette", "hingtui.ui.gateway_check", "hingtui.ui.token_check"),
    *("hingtui.ui.history_view", "hingtui.ui.import_list", "hingtui.ui.import_text"),
    *("hingtui.ui.screens.compare", "hingtui.ui.screens.dialogs", "hingtui.ui.screens.events"),
    *("hingtui.ui.screens.gateway_dialog", "hingtui.ui.screens.token_dialog"),
    *("hingtui.ui.screens.help", "hingtui.ui.screens.help_text", "hingtui.ui.screens.history"),
    *("hingtui.ui.screens.importing", "hingtui.ui.screens.player", "hingtui.ui.screens.choices"),
    *("hingtui.ui.widgets.detail", "hingtui.ui.widgets.filter_bar", "hingtui.ui.widgets.gallery"),
    *("hingtui.ui.widgets.picture", "hingtui.ui.widgets.poster", "hingtui.ui.widgets.welcome"),
    *("argparse", "curses", "glob", "hashlib", "shlex", "sqlite3", "statistics", "tomli_w"),
    *("httpx", "av", "PIL"),
)
"""Modules, packages and libraries that something else needs, later."""
MOST = 190
"""Modules of hingtui. Where more are needed: which of them does the first picture show?"""


def path_of(module: str) -> Path | None:
    """Its file; None where it is not one of hingtui's."""
    base = ROOT.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file() and module.startswith("hingtui"):
            return path
    return None


def imported_at_once(node: ast.AST) -> Iterator[str]:
    """The names that are imported as soon as the module is, not in functions or for types."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported_at_once(child)


@cache
def before_the_first_picture() -> dict[str, str]:
    """Each module, ours and others', and which of ours imports it first."""
    found: dict[str, str] = {}
    waiting = [(name, "the start") for name in FIRST]
    while waiting:
        name, importer = waiting.pop()
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            if module in found:
                continue
            path = path_of(module)
            if path is None and module.startswith("hingtui"):
                continue  # a name in a module
            found[module] = importer
            if path is not None:
                tree = ast.parse(path.read_text("utf-8"))
                waiting += [(each, module) for each in imported_at_once(tree)]
    return found


@pytest.mark.parametrize("module", LATER)
def test_it_is_not_imported_before_the_first_picture(module: str) -> None:
    importer = before_the_first_picture().get(module)
    assert importer is None, f"{importer} imports {module}: import it where it is used"


@pytest.mark.parametrize("module", [name for name in LATER if name.startswith("hingtui")])
def test_every_module_imported_later_exists(module: str) -> None:
    assert path_of(module) is not None


def test_the_first_picture_needs_few_modules() -> None:
    ours = [name for name in before_the_first_picture() if name.startswith("hingtui")]
    assert "hingtui.ui.table.video_table" in ours
    assert len(ours) <= MOST
