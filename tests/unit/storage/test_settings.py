"""Settings from the environment and config.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.model.name_template import USUAL_TEMPLATE, parse_template
from hingtui.storage.settings import DEFAULT_BASE_URL, AlertSettings, load_settings
from hingtui.text.i18n import use_language
from tests.unit.storage.loaded_settings import load, refusal


def test_hingtui_home_holds_every_file(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert {
        settings.config_path.relative_to(tmp_path).as_posix(),
        settings.token_path.relative_to(tmp_path).as_posix(),
        settings.watchlist_path.relative_to(tmp_path).as_posix(),
        settings.log_path.relative_to(tmp_path).as_posix(),
        settings.downloads.relative_to(tmp_path).as_posix(),
    } == {"config.toml", "token", "watchlist.toml", "hingtui.log", "videos"}


def test_loading_creates_no_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    load(home)
    assert not home.exists()


def test_without_hingtui_home_the_system_folders_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, folder in {
        "HOME": "me",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_DOWNLOAD_DIR": "down",
    }.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    settings = load_settings({})
    folders = (settings.config_path, settings.token_path, settings.watchlist_path)
    assert all(path.is_relative_to(tmp_path) for path in folders)
    assert all(path.parent.name == "hingtui" for path in folders)
    assert settings.downloads.name == "hingtui"


def test_a_hingtui_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match="HINGTUI_HOME"):
        load_settings({"HINGTUI_HOME": str(file)})


def test_a_relative_hingtui_home_is_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({"HINGTUI_HOME": "here"}).token_path == tmp_path / "here" / "token"


def test_hingtui_downloads_outranks_the_config(tmp_path: Path) -> None:
    config = f'downloads = "{tmp_path / "a"}"'
    assert load(tmp_path, config, HINGTUI_DOWNLOADS="/b").downloads == Path("/b")


def test_a_relative_downloads_folder_is_relative_to_the_config_file(tmp_path: Path) -> None:
    assert load(tmp_path, 'downloads = "films"').downloads == tmp_path / "films"


def test_a_tilde_is_expanded(tmp_path: Path) -> None:
    settings = load(tmp_path, 'downloads = "~/films"')
    assert settings.downloads == Path("~/films").expanduser()


def test_a_tilde_of_an_unknown_user_is_refused(tmp_path: Path) -> None:
    assert "HINGTUI_DOWNLOADS" in refusal(tmp_path, HINGTUI_DOWNLOADS="~nobody-of-that-name/x")


def test_the_default_base_url_is_hingnets(tmp_path: Path) -> None:
    assert load(tmp_path).base_url == DEFAULT_BASE_URL == "https://models.hingnet.com.cn"


@pytest.mark.parametrize(
    ("environ", "base_url"),
    [
        ({}, "https://config.example"),
        ({"BASE_URL": "https://b.example"}, "https://b.example"),
        (
            {"BASE_URL": "https://b.example", "HINGNET_BASE_URL": "https://h.example"},
            "https://h.example",
        ),
        ({"HINGNET_BASE_URL": " "}, "https://config.example"),
        ({"BASE_URL": "/"}, "https://config.example"),
    ],
)
def test_the_base_url_sources_have_their_order(
    tmp_path: Path, environ: dict[str, str], base_url: str
) -> None:
    settings = load(tmp_path, 'base_url = "https://config.example"', **environ)
    assert settings.base_url == base_url


@pytest.mark.parametrize(
    ("text", "base_url"),
    [
        ("https://h.example/", "https://h.example"),
        ("https://h.example/v1", "https://h.example"),
        ("https://h.example/v1/", "https://h.example"),
        ("https://h.example/v1/videos", "https://h.example"),
        (" https://h.example//v1//videos/ ", "https://h.example"),
        ("HTTPS://h.example:8443/prefix/v1", "https://h.example:8443/prefix"),
        ("https://h.example/v1x", "https://h.example/v1x"),
        ("http://localhost:8000/v1", "http://localhost:8000"),
        ("http://127.0.0.9", "http://127.0.0.9"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_common_forms_of_a_base_url_are_normalised(
    tmp_path: Path, text: str, base_url: str
) -> None:
    assert load(tmp_path, HINGNET_BASE_URL=text).base_url == base_url


@pytest.mark.parametrize(
    "text",
    [
        *("models.hingnet.com.cn", "ftp://h.example", "https://", "https://h.example:99999"),
        *("https://h.example:x", "https://[::1", "https://h .example", "file:///x"),
        *("https://me:s3cr3t@h.example", "https://s3cr3t@h.example"),
        *("https://h.example?key=s3cr3t", "https://h.example/#s3cr3t"),
        *("http://h.example", "http://10.0.0.1", "http://localhost.example", "http://0.0.0.0"),
    ],
)
def test_an_invalid_base_url_is_refused_without_showing_secrets(tmp_path: Path, text: str) -> None:
    sentence = refusal(tmp_path, HINGNET_BASE_URL=text)
    assert "HINGNET_BASE_URL" in sentence
    assert "s3cr3t" not in sentence


def test_plain_http_is_allowed_for_hosts_in_allow_http(tmp_path: Path) -> None:
    config = 'allow_http = ["GPU.lan"]\nbase_url = "http://gpu.lan:3000"'
    assert load(tmp_path, config).base_url == "http://gpu.lan:3000"


def test_refusing_plain_http_explains_how_to_allow_it(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, 'base_url = "http://gpu.lan:3000"')
    assert 'allow_http = ["gpu.lan"]' in sentence
    assert str(tmp_path / "config.toml") in sentence


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "zh"),
        ({"HINGTUI_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_language_is_from_the_variable_then_the_config(
    tmp_path: Path, environ: dict[str, str], language: str
) -> None:
    assert load(tmp_path, 'language = "zh"', **environ).language == language


def test_without_a_setting_the_locale_gives_the_language(tmp_path: Path) -> None:
    assert load(tmp_path, LANG="zh_CN.UTF-8").language == "zh"


def test_errors_are_in_the_language_in_use(tmp_path: Path) -> None:
    use_language("zh")
    try:
        assert "应为" in refusal(tmp_path, "max_downloads = 0")
    finally:
        use_language("en")


def test_every_setting_of_the_config_is_read(tmp_path: Path) -> None:
    config = """
        auto_download = true
        max_downloads = 5
        open_command = "mpv --loop 'my film'"
        on_complete = ["notify", "done now"]
        on_expiring = "ring twice"
        on_saved = ["to-nas", "--now"]
        theme = "nord"
        [notifications]
        desktop = "osc777"
        bell = false
        title = false
        [keys]
        download = "ctrl+d"
    """
    settings = load(tmp_path, config)
    assert settings.auto_download is True
    assert settings.max_downloads == 5
    assert settings.open_command == ("mpv", "--loop", "my film")
    assert settings.on_complete == ("notify", "done now")
    commands = {"expiring": ("ring", "twice"), "saved": ("to-nas", "--now")}
    assert settings.alerts == AlertSettings("osc777", bell=False, title=False, commands=commands)
    assert settings.theme == "nord"
    assert settings.keys == {"download": "ctrl+d"}
    assert settings.notices == ()


def test_a_byte_order_mark_in_the_config_is_ignored(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbftheme = 'nord'").theme == "nord"


def test_an_unknown_setting_is_ignored_with_a_notice(tmp_path: Path) -> None:
    (notice,) = load(tmp_path, "auto_downlaod = true").notices
    assert "auto_downlaod" in notice


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auto_download", '"yes"'),
        ("auto_download", "1"),
        ("max_downloads", "0"),
        ("max_downloads", "17"),
        ("max_downloads", "true"),
        ("max_downloads", "2.0"),
        ("base_url", "1"),
        ("base_url", '""'),
        ("downloads", "[]"),
        ("downloads", '"a\\u0000b"'),
        ("open_command", "1"),
        ("open_command", '["mpv", 1]'),
        ("open_command", '"mpv \'x"'),
        ("on_complete", '["", "x"]'),
        ("on_saved", "true"),
        ("notifications", "true"),
        ("notifications.desktop", '"growl"'),
        ("notifications.bell", '"no"'),
        ("notifications.sound", "true"),
        ("language", '"fr"'),
        ("theme", "true"),
        ("allow_http", '"gpu.lan"'),
        ("allow_http", "[1]"),
        ("keys", '"d"'),
        ("keys", "{download = 1}"),
        ("token", '"s3cr3t"'),
        ("api_key", '"s3cr3t"'),
    ],
)
def test_an_invalid_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    sentence = refusal(tmp_path, f"{name} = {value}")
    assert name in sentence
    assert str(tmp_path / "config.toml") in sentence
    assert "s3cr3t" not in sentence


@pytest.mark.parametrize(
    "data",
    [
        b"base_url = ",
        b"x = 's3cr3t",
        b"\0\0\0",
        b"\xff\xfe",
        b"x = " + b"[" * 20_000,
        b"x = " + b"9" * 5000,
        b"theme = 's3cr3t' theme",
    ],
)
def test_a_config_that_is_not_toml_is_refused_without_quoting_it(
    tmp_path: Path, data: bytes
) -> None:
    sentence = refusal(tmp_path, data)
    assert str(tmp_path / "config.toml") in sentence
    assert "s3cr3t" not in sentence


def test_an_unreadable_config_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert str(tmp_path / "config.toml") in refusal(tmp_path)


def test_an_unreadable_home_is_reported_in_one_sentence(tmp_path: Path) -> None:
    too_long = tmp_path / ("x" * 300)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({"HINGTUI_HOME": str(too_long)})


def test_the_template_of_names_is_read_and_the_environment_outranks_it(tmp_path: Path) -> None:
    assert load(tmp_path).name == USUAL_TEMPLATE
    config = 'name = "{prompt} {n}"\nsidecar = true'
    settings = load(tmp_path, config)
    assert (settings.name, settings.sidecar) == (parse_template("{prompt} {n}"), True)
    assert load(tmp_path, config, HINGTUI_NAME="{id}").name == parse_template("{id}")


def test_a_bad_template_is_refused_with_the_fields_there_are(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, 'name = "{modell}"')
    assert "name in" in sentence
    assert "{modell} is not one of {date} {time} {model} {prompt}" in sentence
    assert "HINGTUI_NAME cannot be used" in refusal(
        tmp_path, "auto_download = true", HINGTUI_NAME="{"
    )


@pytest.mark.parametrize(
    "config",
    [
        "[gateways.lab]\n[gateways.lab]\n",
        "[notifications]\nbell = true\nbell = false\n",
        "max_downloads = 1\nmax_downloads = 2\n",
        "keys = {add = 'b', add = 'c'}\n",
    ],
)
def test_what_stands_twice_in_the_config_is_called_so(tmp_path: Path, config: str) -> None:
    assert ", column " in (sentence := refusal(tmp_path, config))
    assert "a table or a key that is there already" in sentence
    assert "already" not in refusal(tmp_path, "max_downloads = \n")
