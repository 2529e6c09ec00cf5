"""The token from the environment and the token file, and saving it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import clean_token, save_token
from tests.servers.gateway import TOKEN
from tests.unit.storage.loaded_settings import load, refusal


def put_token(home: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = home / "token"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("environ", "token", "source"),
    [
        ({}, "oh-file", "file"),
        ({"TOKEN": "oh-plain"}, "oh-plain", "TOKEN"),
        ({"TOKEN": "ghp-others"}, "oh-file", "file"),
        ({"TOKEN": "oh-plain", "HINGNET_API_KEY": "sk-any"}, "sk-any", "HINGNET_API_KEY"),
        ({"HINGNET_API_KEY": "  "}, "oh-file", "file"),
        ({"HINGNET_API_KEY": " Bearer oh-b\n"}, "oh-b", "HINGNET_API_KEY"),
    ],
)
def test_the_token_sources_have_their_order(
    tmp_path: Path, environ: dict[str, str], token: str, source: str
) -> None:
    put_token(tmp_path, "oh-file\n")
    settings = load(tmp_path, **environ)
    assert (settings.token, settings.token_source) == (token, source)


def test_without_a_source_the_token_is_none(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.token, settings.token_source) == (None, "")


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf\n", b"\0\0\0"])
def test_an_empty_token_file_holds_no_token(tmp_path: Path, data: bytes) -> None:
    put_token(tmp_path, data)
    assert load(tmp_path).token is None


@pytest.mark.parametrize(
    "text",
    [f" {TOKEN}\r\n", f"Bearer {TOKEN}", f"bearer  {TOKEN}", f'"{TOKEN}"', f"\ufeff{TOKEN}"],
)
def test_common_forms_of_a_pasted_token_are_cleaned(text: str) -> None:
    assert clean_token(text) == TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Bearer ",
        "oh-a b",
        "oh-a\noh-b",
        "oh-a\tb",
        "oh-é",
        "令牌",
        "oh-\x1b[1m",
        "x" * 5000,
    ],
)
def test_an_invalid_token_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        clean_token(text)
    assert text.strip() == "" or text.strip() not in str(caught.value)


@pytest.mark.parametrize("name", ["HINGNET_API_KEY", "TOKEN"])
def test_an_invalid_token_in_a_variable_names_the_variable(tmp_path: Path, name: str) -> None:
    sentence = refusal(tmp_path, **{name: "oh-a b"})
    assert name in sentence
    assert "oh-a" not in sentence


def test_an_invalid_token_in_the_file_names_the_file(tmp_path: Path) -> None:
    path = put_token(tmp_path, "oh-a b")
    assert str(path) in refusal(tmp_path)


def test_a_folder_in_place_of_the_token_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "token").mkdir(mode=0o700)
    assert str(tmp_path / "token") in refusal(tmp_path)


def test_an_invalid_token_file_is_ignored_if_a_variable_is_set(tmp_path: Path) -> None:
    put_token(tmp_path, "oh-a b")
    assert load(tmp_path, HINGNET_API_KEY=TOKEN).token == TOKEN


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_token_file_readable_by_others_is_made_private(tmp_path: Path, mode: int) -> None:
    path = put_token(tmp_path, TOKEN, mode)
    settings = load(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(path) in settings.notices[0]


def test_a_private_token_file_gives_no_notice(tmp_path: Path) -> None:
    put_token(tmp_path, TOKEN)
    assert load(tmp_path).notices == ()


def test_the_repr_of_the_settings_omits_the_token(tmp_path: Path) -> None:
    put_token(tmp_path, TOKEN)
    assert TOKEN not in repr(load(tmp_path))


def test_with_token_writes_no_file(tmp_path: Path) -> None:
    settings = load(tmp_path).with_token(f" {TOKEN} ")
    assert (settings.token, settings.token_source) == (TOKEN, "")
    assert not settings.token_path.exists()


def test_a_saved_token_is_loaded_next_time(tmp_path: Path) -> None:
    save_token(load(tmp_path / "new"), f"Bearer {TOKEN}")
    settings = load(tmp_path / "new")
    assert (settings.token, settings.token_source) == (TOKEN, "file")


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX")
def test_a_saved_token_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = save_token(load(tmp_path / "new"), TOKEN)
    modes = (settings.token_path.stat().st_mode, settings.token_path.parent.stat().st_mode)
    assert tuple(map(stat.S_IMODE, modes)) == (0o600, 0o700)


def test_saving_an_invalid_token_keeps_the_old_one(tmp_path: Path) -> None:
    path = put_token(tmp_path, TOKEN)
    with pytest.raises(SettingsError):
        save_token(load(tmp_path), "oh-a b")
    assert path.read_text() == TOKEN


def test_an_unwritable_token_file_is_an_error(tmp_path: Path) -> None:
    settings = load(tmp_path)
    settings.token_path.mkdir()
    with pytest.raises(SettingsError, match="token"):
        save_token(settings, TOKEN)


def test_saving_a_token_while_a_variable_is_set_gives_a_notice(tmp_path: Path) -> None:
    settings = save_token(load(tmp_path, HINGNET_API_KEY="oh-old"), TOKEN)
    assert settings.token == TOKEN
    assert "HINGNET_API_KEY" in settings.notices[-1]
