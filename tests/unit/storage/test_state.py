"""state.toml: what the dashboard remembers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hingtui.storage.state import State, load_state, save_state
from hingtui.ui.memory import Memory


def test_nothing_is_remembered_without_a_file(tmp_path: Path) -> None:
    assert load_state(tmp_path / "state.toml") == State()


def test_saved_state_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new" / "state.toml"
    saved = save_state(path, theme="nord", columns=("model", "id"), auto_download=False)
    assert load_state(path) == saved == State("nord", None, None, ("model", "id"), None, False)


def test_fields_of_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text('future = [1]\nsort = "model"\n')
    save_state(path, theme="nord")
    assert tomllib.loads(path.read_text()) == {"future": [1], "sort": "model", "theme": "nord"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "theme = ",
        "theme = 3",
        'theme = "' + "x" * 61 + '"',
        'columns = "model"',
        "columns = [1]",
        f"columns = {['c'] * 41}",
        'auto_download = "yes"',
        "[details]\nx = 1",
        "a = " + "[" * 5000,
        "#" * 70_000,
    ],
)
def test_unusable_content_counts_as_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text(text)
    assert load_state(path) == State()
    save_state(path, details=True)
    assert load_state(path) == State(details=True)


def test_none_forgets_a_field(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    save_state(path, theme="nord", sort="model")
    assert save_state(path, theme=None) == load_state(path) == State(sort="model")


async def test_changes_made_quickly_are_all_written(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state.toml")
    for sort in ("model", "expiry", "status"):
        memory.change(sort=sort)
    memory.change(details=True)
    await memory.written(within=30)
    assert load_state(tmp_path / "state.toml") == State(sort="status", details=True)


async def test_a_folder_that_cannot_be_written_changes_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file" / "state.toml")
    memory.change(sort="model")
    await memory.written(within=30)
    assert memory.state.sort == "model"
