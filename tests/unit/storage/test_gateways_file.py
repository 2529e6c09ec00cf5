"""gateways.toml: gateways added in the dashboard; private, and no damage ends the program."""

from __future__ import annotations

import os
import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.storage.settings import (
    DEFAULT_BASE_URL,
    GatewaySettings,
    Settings,
    find_problems,
    load_settings,
    remove_gateway,
    save_gateway,
    save_token,
)
from tests.servers.gateway import TOKEN

posix = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX")
LAB = GatewaySettings("lab", "https://lab.example", "videos", token=TOKEN)
SAVED = replace(LAB, token_source="gateways.toml", is_added=True)


def load(home: Path, config: str = "", **environ: str) -> Settings:
    if config:
        (home / "config.toml").write_text(config, "utf-8")
    return load_settings({"HINGTUI_HOME": str(home), **environ})


def put(home: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = home / "gateways.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def names(settings: Settings) -> list[str]:
    return [gateway.name for gateway in settings.gateways]


def test_a_saved_gateway_is_loaded_next_time(tmp_path: Path) -> None:
    settings = save_gateway(load(tmp_path, HINGNET_API_KEY=TOKEN), LAB)
    assert settings.gateways[1] == SAVED
    assert load(tmp_path, HINGNET_API_KEY=TOKEN).gateways == settings.gateways


def test_the_first_saved_gateway_replaces_the_placeholder(tmp_path: Path) -> None:
    settings = save_gateway(load(tmp_path), LAB)
    assert settings.gateways == load(tmp_path).gateways == (SAVED,)


def test_a_typed_gateway_is_cleaned(tmp_path: Path) -> None:
    typed = replace(
        LAB, name=" lab ", base_url=" https://lab.example/v1/ ", token=f"Bearer {TOKEN}\n"
    )
    assert save_gateway(load(tmp_path), typed).gateways == (SAVED,)


def test_a_local_gateway_is_saved_without_a_token(tmp_path: Path) -> None:
    mine = GatewaySettings("mine", "http://127.0.0.1:8000", follow=True, balance=True)
    settings = save_gateway(load(tmp_path), mine)
    assert load(tmp_path).gateways == settings.gateways == (replace(mine, is_added=True),)


@posix
def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "new"
    path = save_gateway(load(home), LAB).gateways_path
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)]
    assert (path.name, modes) == ("gateways.toml", [0o600, 0o700])


def test_the_config_is_never_written(tmp_path: Path) -> None:
    config = "# mine\nmax_downloads = 2\n"
    save_gateway(load(tmp_path, config), LAB)
    assert (tmp_path / "config.toml").read_text() == config


def test_saving_keeps_what_others_have_written(tmp_path: Path) -> None:
    before = load(tmp_path)
    save_gateway(before, replace(LAB, name="other"))
    path = save_gateway(before, LAB).gateways_path
    text = path.read_text() + '\n[gateways.later]\nbase_url = "https://x.example"\nnew = 1\n'
    path.write_text(f"format = 9\n{text}")
    save_gateway(load(tmp_path), replace(LAB, kind="ark"))
    table = tomllib.loads(path.read_text())
    assert table["format"] == 9
    assert table["gateways"]["later"]["new"] == 1
    assert table["gateways"]["lab"]["kind"] == "ark"
    assert names(load(tmp_path)) == ["other", "lab", "later"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "name is 1 to 32"),
        ({"name": "a b"}, "name is 1 to 32"),
        ({"name": "x" * 33}, "name is 1 to 32"),
        ({"name": "令牌"}, "name is 1 to 32"),
        ({"name": "default"}, "already"),
        ({"name": "mine"}, "already"),
        ({"base_url": ""}, "The base URL"),
        ({"base_url": "https://me:s3cr3t@lab.example"}, "The base URL"),
        ({"base_url": "https://lab.example?key=s3cr3t"}, "The base URL"),
        ({"base_url": "http://lab.example"}, "allow_http"),
        ({"token": "s3cr3t one"}, "blank"),
        ({"token": "s3cr3t\none"}, "blank"),
    ],
)
def test_a_gateway_that_cannot_be_used_is_not_saved(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    settings = load(tmp_path, '[gateways.mine]\nbase_url = "https://mine.example"')
    with pytest.raises(SettingsError, match=words) as caught:
        save_gateway(settings, replace(LAB, **changes))  # type: ignore[arg-type]
    assert "s3cr3t" not in str(caught.value)
    assert not settings.gateways_path.exists()


def test_plain_http_is_allowed_as_in_the_config(tmp_path: Path) -> None:
    settings = load(tmp_path, 'allow_http = ["lab.example"]')
    save_gateway(settings, replace(LAB, base_url="http://lab.example"))
    assert load(tmp_path).base_url == "http://lab.example"


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    settings = load(tmp_path)
    settings.gateways_path.mkdir()
    with pytest.raises(SettingsError, match=r"gateways\.toml"):
        save_gateway(settings, LAB)


def test_a_removed_gateway_is_gone(tmp_path: Path) -> None:
    settings = save_gateway(save_gateway(load(tmp_path), LAB), replace(LAB, name="other"))
    settings = remove_gateway(settings, "lab")
    assert names(settings) == names(load(tmp_path)) == ["other"]
    assert "lab" not in settings.gateways_path.read_text().split("other")[0]


def test_after_the_last_one_hingnets_gateway_is_back(tmp_path: Path) -> None:
    settings = remove_gateway(save_gateway(load(tmp_path), LAB), "lab")
    assert settings.gateways == load(tmp_path).gateways
    assert settings.base_url == DEFAULT_BASE_URL


@pytest.mark.parametrize("name", ["default", "mine", "nothing"])
def test_only_an_added_gateway_can_be_removed(tmp_path: Path, name: str) -> None:
    config = '[gateways.mine]\nbase_url = "https://mine.example"'
    with pytest.raises(SettingsError, match=name):
        remove_gateway(load(tmp_path, config, HINGNET_API_KEY=TOKEN), name)


def test_a_token_typed_for_a_gateway_of_the_config_is_kept(tmp_path: Path) -> None:
    config = '[gateways.lab]\nbase_url = "https://lab.example"\nfollow = true'
    settings = save_token(load(tmp_path, config), TOKEN, "lab")
    assert settings == load(tmp_path, config)
    assert (settings.token, settings.token_source) == (TOKEN, "gateways.toml")
    assert settings.gateways[0].follow
    assert not settings.gateways[0].is_added
    assert not settings.token_path.exists()


def test_that_token_never_follows_the_gateway_to_another_address(tmp_path: Path) -> None:
    config = '[gateways.lab]\nbase_url = "https://lab.example"'
    save_token(load(tmp_path, config), TOKEN, "lab")
    settings = load(tmp_path, config.replace("lab.example", "evil.example"))
    assert settings.token is None
    assert "Rename one" in settings.notices[0]


def test_a_typed_token_stands_in_for_a_missing_variable(tmp_path: Path) -> None:
    config = '[gateways.lab]\nbase_url = "https://lab.example"\ntoken_env = "LAB"'
    save_token(load(tmp_path, config), TOKEN, "lab")
    settings = load(tmp_path, config)
    assert (settings.token, settings.notices) == (TOKEN, ())
    settings = load(tmp_path, config, LAB="oh-another")
    assert settings.token == "oh-another"
    assert "the first is used" in settings.notices[0]


def test_another_token_of_an_added_gateway_replaces_the_first(tmp_path: Path) -> None:
    settings = save_gateway(load(tmp_path), replace(LAB, token="oh-old"))
    save_token(settings, TOKEN, "lab")
    assert load(tmp_path).gateways == (SAVED,)
    assert "oh-old" not in settings.gateways_path.read_text()


def test_a_changed_gateway_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    path = load(tmp_path).gateways_path
    path.write_text('[gateways.lab]\nbase_url = "https://old.example"\ntoken_env = "LAB"\nx = 1\n')
    path.chmod(0o600)
    save_gateway(load(tmp_path), replace(LAB, token=None))
    assert tomllib.loads(path.read_text())["gateways"]["lab"] == {
        "base_url": LAB.base_url,
        "kind": LAB.kind,
        "token_env": "LAB",
        "x": 1,
    }
    save_gateway(load(tmp_path), LAB)
    table = tomllib.loads(path.read_text())["gateways"]["lab"]
    assert (table["token"], table["x"], "token_env" in table) == (TOKEN, 1, False)


def test_the_default_keeps_its_token_file_beside_others(tmp_path: Path) -> None:
    settings = save_gateway(load(tmp_path, HINGNET_API_KEY="oh-old"), LAB)
    settings = save_token(settings, "oh-new", "default")
    assert (tmp_path / "token").read_text() == "oh-new\n"
    assert "HINGNET_API_KEY" in settings.notices[-1]


def test_the_config_wins_on_the_same_name(tmp_path: Path) -> None:
    save_gateway(load(tmp_path), LAB)
    config = '[gateways.lab]\nbase_url = "https://mine.example"\ntoken_command = "pass"'
    settings = load(tmp_path, config)
    assert (names(settings), settings.base_url) == (["lab"], "https://mine.example")
    assert settings.token is None
    assert "the first is used" in settings.notices[0]


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_a_file_readable_by_others_is_made_private(tmp_path: Path, mode: int) -> None:
    path = save_gateway(load(tmp_path), LAB).gateways_path
    path.chmod(mode)
    settings = load(tmp_path)
    assert settings.gateways == (SAVED,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(path) in settings.notices[0]


@pytest.mark.parametrize(
    "data",
    [
        b"x = 's3cr3t",
        b"gateways = 's3cr3t'",
        b"\xff\xfe s3cr3t",
        b"\0\0\0",
        b"x = " + b"[" * 20_000,
        b"x = " + b"9" * 5000,
        b"# s3cr3t" + b" " * (1 << 20),
    ],
)
def test_a_damaged_file_is_set_aside_with_one_notice(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path, data)
    settings = load(tmp_path)
    (notice,) = settings.notices
    assert str(path) in notice
    assert "s3cr3t" not in notice
    kept = tmp_path / "gateways-2.toml"
    assert kept.read_bytes() == data
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load(tmp_path).notices == ()
    assert save_gateway(settings, LAB).gateways == load(tmp_path).gateways


def test_saving_over_a_file_damaged_meanwhile_keeps_it_aside(tmp_path: Path) -> None:
    settings = load(tmp_path)
    put(tmp_path, b"x = ")
    save_gateway(settings, LAB)
    assert (tmp_path / "gateways-2.toml").read_bytes() == b"x = "
    assert load(tmp_path).gateways == (SAVED,)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@posix
@pytest.mark.parametrize("make", [a_folder, a_pipe])
def test_what_is_no_file_is_left_alone_with_a_notice(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = tmp_path / "gateways.toml"
    make(path)
    settings = load(tmp_path)
    assert names(settings) == ["default"]
    assert str(path) in settings.notices[0]
    assert path.exists()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("[gateways.bad]\nkind = 'ark'", "gateways.bad.base_url"),
        ("[gateways.bad]\nbase_url = 3", "gateways.bad.base_url"),
        ("[gateways.bad]\nbase_url = 'http://evil.example'\ntoken = 's3cr3t'", "plain http"),
        ("[gateways]\nbad = 's3cr3t'", "gateways.bad"),
        ("[gateways.default]\nbase_url = 'https://evil.example'", "gateways.default"),
        ("[gateways.bad]\nbase_url = 'https://a.example'\ntoken = ['s3cr3t']", "bad.token"),
    ],
)
def test_one_bad_gateway_in_the_file_does_not_stop_others(
    tmp_path: Path, lines: str, words: str
) -> None:
    put(tmp_path, lines)
    settings = load(tmp_path, HINGNET_API_KEY=TOKEN)
    assert (names(settings), settings.base_url) == (["default"], DEFAULT_BASE_URL)
    (notice,) = settings.notices
    assert words in notice
    assert str(tmp_path / "gateways.toml") in notice
    assert "s3cr3t" not in notice


def test_a_bad_copy_of_a_config_gateway_is_a_notice(tmp_path: Path) -> None:
    put(tmp_path, "[gateways.lab]\nbase_url = 3")
    settings = load(tmp_path, '[gateways.lab]\nbase_url = "https://lab.example"')
    assert names(settings) == ["lab"]
    (notice,) = settings.notices
    assert "left out" not in notice


def test_a_stored_token_that_is_none_leaves_the_gateway_without(tmp_path: Path) -> None:
    put(tmp_path, "[gateways.lab]\nbase_url = 'https://lab.example'\ntoken = 's3cr3t one'")
    settings = load(tmp_path)
    assert (names(settings), settings.token) == (["lab"], None)
    assert "s3cr3t" not in settings.notices[0]


def test_problems_of_the_file_are_found_too(tmp_path: Path) -> None:
    put(tmp_path, "[gateways.bad]\nkind = 'ark'\n[gateways.worse]\nbase_url = 3")
    found = find_problems({"HINGTUI_HOME": str(tmp_path)})
    assert [any(name in problem for problem in found) for name in ("bad", "worse")] == [True] * 2


def test_a_gateway_that_another_process_has_added_is_not_replaced(tmp_path: Path) -> None:
    mine, others = load(tmp_path), load(tmp_path)
    save_gateway(others, LAB)
    other = replace(LAB, base_url="https://other.example", token=f"{TOKEN}-other")
    with pytest.raises(SettingsError, match="lab already"):
        save_gateway(mine, other)
    assert load(tmp_path).gateways == (SAVED,)
