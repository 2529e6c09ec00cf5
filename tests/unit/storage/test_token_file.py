"""The token's file, and whatever else is written, is for its owner alone, as far as it can be."""

from __future__ import annotations

import logging
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("permissions of this kind are POSIX", allow_module_level=True)

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import Settings, load_settings, save_token
from hingtui.system.log import Log
from tests.servers.gateway import TOKEN
from tests.servers.leaky import run_all
from tests.support.processes import ROOT
from tests.support.pty import clean_environ


def load(home: Path, **environ: str) -> Settings:
    return load_settings({"HINGTUI_HOME": str(home), **environ})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A token file as it should be."""
    path = tmp_path / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    return path


@pytest.fixture(params=[0o000, 0o077], ids=["nothing masked", "others masked"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    try:
        yield
    finally:
        os.umask(before)


# The token's file


def test_a_token_behind_a_symbolic_link_is_read_and_its_file_tightened(tmp_path: Path) -> None:
    target = tmp_path / "vault" / "mine"
    target.parent.mkdir()
    target.write_text(TOKEN)
    target.chmod(0o644)
    (tmp_path / "token").symlink_to(target)
    settings = load(tmp_path)
    assert settings.token == TOKEN
    assert mode(target) == 0o600
    assert "Others could read" in settings.notices[0]


def test_saving_a_token_keeps_a_symbolic_link_and_tightens_what_it_leads_to(tmp_path: Path) -> None:
    target = tmp_path / "vault" / "mine"
    target.parent.mkdir()
    target.write_text("oh-old")
    target.chmod(0o644)
    (tmp_path / "token").symlink_to(target)
    save_token(load(tmp_path), TOKEN)
    assert (tmp_path / "token").is_symlink()
    assert (target.read_text(), mode(target)) == (f"{TOKEN}\n", 0o600)


def test_a_link_that_leads_nowhere_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").symlink_to(tmp_path / "gone")
    assert load(tmp_path).token is None


def test_a_token_file_of_somebody_else_is_used_and_this_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = max(path.stat().st_uid, 1) + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    if path.stat().st_uid == 0:  # root's file is not somebody's: give it to a third
        os.chown(path, stranger + 1, -1)
    settings = load(path.parent)
    assert settings.token == TOKEN
    assert "another user" in settings.notices[0]


@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o775])
def test_a_folder_in_which_anybody_can_replace_the_token_is_told(path: Path, bits: int) -> None:
    path.parent.chmod(bits)
    notices = load(path.parent).notices
    path.parent.chmod(0o700)
    assert len(notices) == (1 if bits == 0o777 else 0)
    assert all("chmod go-w" in notice and TOKEN not in notice for notice in notices)


def test_a_folder_that_others_can_change_is_told_behind_a_link_too(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    vault.chmod(0o777)
    (vault / "mine").write_text(TOKEN)
    (vault / "mine").chmod(0o600)
    (tmp_path / "token").symlink_to(vault / "mine")
    (notice,) = load(tmp_path).notices
    assert str(vault) in notice


@pytest.mark.parametrize("name", ["token", "config.toml"])
def test_a_pipe_in_place_of_a_file_is_told_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name, 0o600)
    with pytest.raises(SettingsError, match=name):
        load(tmp_path)


def test_a_pipe_in_place_of_the_token_does_not_matter_where_a_variable_is_set(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "token", 0o600)
    assert load(tmp_path, HINGNET_API_KEY=TOKEN).token == TOKEN


def test_an_open_token_file_is_tightened_even_where_a_variable_comes_first(path: Path) -> None:
    path.chmod(0o644)
    settings = load(path.parent, HINGNET_API_KEY="oh-another")
    assert (settings.token, mode(path)) == ("oh-another", 0o600)
    assert "Others could read" in settings.notices[0]


def test_a_config_of_endless_length_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "config.toml").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SettingsError, match=r"config\.toml"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["HINGNET_API_KEY", "Token", "api-key", "hingnet_token"])
def test_a_token_in_the_config_is_refused_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.toml").write_text(f'{name} = "{TOKEN}"')
    with pytest.raises(SettingsError, match="does not belong there") as caught:
        load(tmp_path)
    assert TOKEN not in str(caught.value)


# Everything else


def test_the_log_and_its_predecessor_are_for_their_owner_alone(umask: None, tmp_path: Path) -> None:
    path = tmp_path / "state" / "hingtui.log"
    path.parent.mkdir()
    path.write_text("of an older hingtui\n")
    path.chmod(0o666)
    path.with_name("hingtui.log.1").touch()
    log = Log(path)
    logging.getLogger("hingtui.tests").warning("a line")
    log.close()
    assert "a line" in path.read_text()
    assert mode(path) == 0o600


@pytest.mark.parametrize("page", ["README.md", "--help", "status --help", "download --help"])
def test_nobody_is_told_to_put_the_token_on_a_command_line(page: str, tmp_path: Path) -> None:
    """What is typed there stays in the shell's history, and stands in the list of processes."""
    if page == "README.md":
        told = (ROOT / page).read_text("utf-8")
    else:
        told = run_all(clean_environ(tmp_path), {page: page.split()})[page]
    assert "hingtui" in told
    assert not re.search(r"--token|(?:HINGNET_API_KEY|TOKEN)=(?!\$)|Bearer", told)
