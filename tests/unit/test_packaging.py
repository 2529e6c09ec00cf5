"""Release notes, the lowest version of each dependency, and the contents of the wheel."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hingtui import __version__
from tests.tools.installs import lowest_requirements
from tests.tools.packages import ROOT, expected_in_wheel
from tests.tools.release_notes import CHANGELOG, main, notes

CHANGES = """# Changelog

## Unreleased

- Not yet.

## [1.10.0] (2026-01-02)

- One thing, which
  takes two lines.
- Another.

## 1.1.0

- The first.
"""


def test_the_notes_are_the_section_of_that_version() -> None:
    assert notes(CHANGES, "1.10.0") == "- One thing, which takes two lines.\n- Another."
    assert notes(CHANGES, "1.1.0") == "- The first."
    assert notes(CHANGES, "1.1") == notes(CHANGES, "2.0.0") == ""


def test_the_changelog_has_notes_for_this_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"v{__version__}"]) == 0
    assert capsys.readouterr().out.strip() == notes(CHANGELOG.read_text("utf-8"), __version__)


def test_a_tag_of_another_version_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["v99.0.0"]) == 1
    assert capsys.readouterr().out == ""


def test_every_dependency_names_its_lowest_version() -> None:
    constraints = lowest_requirements((ROOT / "pyproject.toml").read_text("utf-8"))
    assert any(line.startswith("textual==8.2.") for line in constraints)
    assert "httpx==0.28" in constraints
    with pytest.raises(ValueError, match="lowest"):
        lowest_requirements('[project]\ndependencies = ["textual"]')


def test_the_wheel_holds_what_runs_and_nothing_for_developers() -> None:
    names = ["hingtui/a.py", "hingtui/README.md", "hingtui/text/x.po", "tests/b.py", "README.md"]
    held = expected_in_wheel(names)
    assert {name for name in held if name.startswith("hingtui/")} == {"hingtui/a.py"}


def test_the_dashboard_and_the_commands_import_neither_pyav_nor_pillow() -> None:
    program = (
        "import sys, hingtui.cli.parser, hingtui.cli.download, hingtui.cli.watch;"
        "import hingtui.cli.doctor.run, hingtui.ui.app, hingtui.ui.screens.dashboard;"
        "import hingtui.preview.previews, hingtui.ui.screens.player, hingtui.ui.widgets.gallery;"
        "import hingtui.preview.tools; hingtui.preview.tools.find_tools();"
        "print(sorted({'av', 'PIL', 'textual_image', 'numpy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert ended.stdout == "[]\n"
