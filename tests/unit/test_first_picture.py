"""What is imported before the dashboard's first picture: each module delays it by a millisecond."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.imports import imported_with, path_of

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


@cache
def before_the_first_picture() -> dict[str, str]:
    """Each module, ours and others', and which of ours imports it first."""
    return imported_with(FIRST)


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
