"""Permissions of the token file and the log, and notices about unsafe ones."""

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
    """A private token file with a valid token."""
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


def test_a_token_behind_a_symbolic_link_is_made_private(tmp_path: Path) -> None:
    target = tmp_path / "vault" / "mine"
    target.parent.mkdir()
    target.write_text(TOKEN)
    target.chmod(0o644)
    (tmp_path / "token").symlink_to(target)
    settings = load(tmp_path)
    assert settings.token == TOKEN
    assert mode(target) == 0o600
    assert "Others could read" in settings.notices[0]


def test_saving_keeps_a_symbolic_link_and_makes_its_target_private(tmp_path: Path) -> None:
    target = tmp_path / "vault" / "mine"
    target.parent.mkdir()
    target.write_text("oh-old")
    target.chmod(0o644)
    (tmp_path / "token").symlink_to(target)
    save_token(load(tmp_path), TOKEN)
    assert (tmp_path / "token").is_symlink()
    assert (target.read_text(), mode(target)) == (f"{TOKEN}\n", 0o600)


def test_a_dangling_link_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").symlink_to(tmp_path / "gone")
    assert load(tmp_path).token is None


def test_another_users_token_file_is_used_with_a_notice(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = max(path.stat().st_uid, 1) + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    if path.stat().st_uid == 0:  # for root's own file there is no notice: give it to a third user
        os.chown(path, stranger + 1, -1)
    settings = load(path.parent)
    assert settings.token == TOKEN
    assert "another user" in settings.notices[0]


@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o775])
def test_a_token_in_a_folder_writable_by_others_gives_a_notice(path: Path, bits: int) -> None:
    path.parent.chmod(bits)
    notices = load(path.parent).notices
    path.parent.chmod(0o700)
    assert len(notices) == (1 if bits == 0o777 else 0)
    assert all("chmod go-w" in notice and TOKEN not in notice for notice in notices)


def test_the_folder_of_a_links_target_is_checked_too(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    vault.chmod(0o777)
    (vault / "mine").write_text(TOKEN)
    (vault / "mine").chmod(0o600)
    (tmp_path / "token").symlink_to(vault / "mine")
    (notice,) = load(tmp_path).notices
    assert str(vault) in notice


@pytest.mark.parametrize("name", ["token", "config.toml"])
def test_a_pipe_in_place_of_a_file_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name, 0o600)
    with pytest.raises(SettingsError, match=name):
        load(tmp_path)


def test_a_pipe_as_token_file_is_ignored_if_a_variable_is_set(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "token", 0o600)
    assert load(tmp_path, HINGNET_API_KEY=TOKEN).token == TOKEN


def test_the_token_file_is_made_private_even_if_a_variable_is_set(path: Path) -> None:
    path.chmod(0o644)
    settings = load(path.parent, HINGNET_API_KEY="oh-another")
    assert (settings.token, mode(path)) == ("oh-another", 0o600)
    assert "Others could read" in settings.notices[0]


def test_a_huge_config_is_refused(tmp_path: Path) -> None:
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


def test_log_files_are_readable_by_their_owner_only(umask: None, tmp_path: Path) -> None:
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
def test_readme_and_help_never_put_the_token_on_a_command_line(page: str, tmp_path: Path) -> None:
    """A command line stays in the shell's history and is visible in the list of processes."""
    if page == "README.md":
        text = (ROOT / page).read_text("utf-8")
    else:
        text = run_all(clean_environ(tmp_path), {page: page.split()})[page]
    assert "hingtui" in text
    assert not re.search(r"--token|(?:HINGNET_API_KEY|TOKEN)=(?!\$)|Bearer", text)
