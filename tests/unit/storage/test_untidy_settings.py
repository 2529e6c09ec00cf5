"""Settings as people write them by accident: quotes, variables, routes, typing errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.model.name_template import parse_template
from hingtui.storage.settings import DEFAULT_BASE_URL, load_settings
from hingtui.text.i18n import use_language
from tests.unit.storage.loaded_settings import load, refusal

_LAB = '[gateways.lab]\nbase_url = "https://lab.example"\n'


@pytest.mark.parametrize("quote", ['"', "'"])
def test_quotes_of_an_env_file_belong_to_no_value(tmp_path: Path, quote: str) -> None:
    values = {
        "HINGTUI_HOME": str(tmp_path),
        "HINGTUI_DOWNLOADS": str(tmp_path / "v"),
        "HINGTUI_NAME": "{id}",
        "HINGTUI_LANG": "zh",
        "HINGNET_BASE_URL": "https://gateway.example",
    }
    settings = load_settings({name: f"{quote}{text}{quote}\n" for name, text in values.items()})
    assert settings.config_path.parent == tmp_path
    assert settings.downloads == tmp_path / "v"
    assert (settings.name, settings.language) == (parse_template("{id}"), "zh")
    assert settings.base_url == "https://gateway.example"
    assert settings.notices == ()


def test_quotes_around_nothing_are_nothing(tmp_path: Path) -> None:
    settings = load(tmp_path, HINGNET_BASE_URL='""', HINGTUI_DOWNLOADS="''", HINGTUI_LANG='" "')
    assert settings.base_url == DEFAULT_BASE_URL
    assert settings.downloads == tmp_path / "videos"
    assert settings.notices == ()


_NO_PATHS = (
    "$HOME/v",
    "${HOME}/v",
    "%USERPROFILE%\\v",
    "file:///v",
    "C:\\v",
    "HINGTUI_HOME=/v",
)


@pytest.mark.parametrize("text", _NO_PATHS)
def test_what_would_become_a_folder_of_an_odd_name_is_refused(tmp_path: Path, text: str) -> None:
    sentence = f"is {text}, which is not a valid path. Write the full path."
    with pytest.raises(SettingsError, match=re.escape(f"HINGTUI_HOME {sentence}")):
        load_settings({"HINGTUI_HOME": text})
    assert refusal(tmp_path, HINGTUI_DOWNLOADS=text) == f"HINGTUI_DOWNLOADS {sentence}"
    assert refusal(tmp_path, f"downloads = '{text}'") == f"downloads {sentence}"


@pytest.mark.parametrize("name", ["US$ 5", "100%", "a=b", "x:y"])
def test_folders_with_such_signs_in_their_names_are_taken(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, HINGTUI_DOWNLOADS=str(tmp_path / name)).downloads == tmp_path / name


@pytest.mark.parametrize(
    "route",
    [
        "/v1/videos/video_1a2b",
        "/v1/videos/video_1a2b/content",
        "/v1/video/generations/task_1a2b/",
        "/v1/models",
        "/v1/chat/completions",
        "/v1/images/generations",
    ],
)
def test_a_whole_address_of_the_api_is_reduced(tmp_path: Path, route: str) -> None:
    settings = load(tmp_path, HINGNET_BASE_URL=f"https://h.example/x{route}")
    assert settings.base_url == "https://h.example/x"


def test_a_base_url_below_v1_is_kept(tmp_path: Path) -> None:
    url = "https://h.example/v1/account/gateway/openai"
    assert load(tmp_path, HINGNET_BASE_URL=url).base_url == url


def test_a_variable_may_be_named_as_a_shell_uses_it(tmp_path: Path) -> None:
    for text in ("$LAB", "${LAB}", "LAB"):
        settings = load(tmp_path, f'{_LAB}token_env = "{text}"', LAB="sk-1234567890")
        (gateway,) = settings.gateways
        assert (gateway.token, gateway.token_source) == ("sk-1234567890", "LAB")


@pytest.mark.parametrize(
    ("line", "meant"),
    [("max_download = 4", "max_downloads"), ("[gateway.lab]", "gateways"), ("Theme = 1", "theme")],
)
def test_a_mistyped_key_names_the_one_that_was_meant(tmp_path: Path, line: str, meant: str) -> None:
    (notice,) = load(tmp_path, line).notices
    assert notice.endswith(f"it is ignored. Did you mean {meant}?")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("theme = nord", "a text needs straight quotes"),
        ("theme = “nord”", "a text needs straight quotes"),
        ("sidecar = True", "a text needs straight quotes"),
        ('downloads = "C:\\Users"', "a path with \\ needs single quotes"),
        ('downloads = "D:\\Videos"', "a path with \\ needs single quotes"),
        ("max_downloads: 3", "an = is expected"),
    ],
)
def test_a_line_that_is_no_toml_says_how_it_is_written(
    tmp_path: Path, line: str, hint: str
) -> None:
    assert re.search(rf"\(line 1, column \d+: {re.escape(hint)}", refusal(tmp_path, line))


def test_a_key_of_a_wrong_type_is_named(tmp_path: Path) -> None:
    assert "keys.max_downloads in " in refusal(tmp_path, '[keys]\nundo = "u"\nmax_downloads = 3\n')


def test_an_unknown_language_is_a_notice(tmp_path: Path) -> None:
    settings = load(tmp_path, HINGTUI_LANG="中文")
    assert settings.language == "en"
    (notice,) = settings.notices
    assert notice.startswith("HINGTUI_LANG is neither zh nor en")


@pytest.mark.usefixtures("in_chinese")
def test_no_blank_follows_a_chinese_full_stop(tmp_path: Path) -> None:
    (notice,) = load(tmp_path, "max_download = 4", HINGTUI_LANG="zh").notices
    messages = (notice, refusal(tmp_path, HINGNET_BASE_URL="nope"))
    assert all("。" in message and "。 " not in message for message in messages)


@pytest.fixture
def in_chinese() -> Iterator[None]:
    use_language("zh")
    yield
    use_language("en")
