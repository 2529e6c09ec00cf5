"""Several gateways: `[gateways.NAME]` of config.toml beside the one of the environment."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hingtui.api import families
from hingtui.model.errors import SettingsError
from hingtui.storage.settings import (
    DEFAULT_BASE_URL,
    KINDS,
    GatewaySettings,
    Settings,
    find_problems,
    load_settings,
)
from tests.servers.gateway import TOKEN

LAB = '[gateways.lab]\nbase_url = "https://lab.example"\n'
RELAY = '[gateways.relay]\nbase_url = "https://relay.example/v1"\nkind = "generations"\n'


def environ(home: Path, config: str = "", **more: str) -> dict[str, str]:
    if config:
        (home / "config.toml").write_text(config, "utf-8")
    return {"HINGTUI_HOME": str(home), **more}


def load(home: Path, config: str = "", **more: str) -> Settings:
    return load_settings(environ(home, config, **more))


def lab(home: Path, lines: str, **more: str) -> GatewaySettings:
    """The gateway `lab` with these lines."""
    gateway = load(home, LAB + lines, **more).gateway("lab")
    assert gateway is not None
    return gateway


def names(settings: Settings) -> list[str]:
    return [gateway.name for gateway in settings.gateways]


@pytest.mark.parametrize(
    ("config", "environ", "described_in"),
    [
        ("", {}, ""),
        ("", {"HINGNET_API_KEY": TOKEN}, ""),
        ("", {"HINGNET_BASE_URL": "https://a.example"}, "HINGNET_BASE_URL"),
        ('base_url = "https://a.example"', {}, "config.toml"),
        ('[gateways.default]\nbase_url = "https://a.example"', {}, "config.toml"),
        (RELAY, {}, "config.toml"),
    ],
)
def test_a_gateway_knows_what_describes_it(
    tmp_path: Path, config: str, environ: dict[str, str], described_in: str
) -> None:
    (gateway,) = load(tmp_path, config, **environ).gateways
    assert gateway.described_in == described_in
    assert not gateway.is_editable


def test_without_any_setting_there_is_hingnets_gateway(tmp_path: Path) -> None:
    assert load(tmp_path).gateways == (GatewaySettings("default", DEFAULT_BASE_URL),)


def test_three_lines_add_a_gateway(tmp_path: Path) -> None:
    gateway = lab(tmp_path, 'token_env = "LAB_TOKEN"', LAB_TOKEN=f" {TOKEN}\n")
    assert gateway == GatewaySettings(
        "lab", "https://lab.example", token=TOKEN, token_source="LAB_TOKEN"
    )


def test_all_keys_of_a_gateway_are_read(tmp_path: Path) -> None:
    config = RELAY + 'follow = true\nbalance = true\ntoken_command = ["pass", "show", "x y"]'
    settings = load(tmp_path, config)
    assert settings.gateways == (
        GatewaySettings(
            "relay",
            "https://relay.example",
            "generations",
            token_source="token_command",
            token_command=("pass", "show", "x y"),
            follow=True,
            balance=True,
        ),
    )
    assert settings.notices == ()


@pytest.mark.parametrize(
    "more",
    [
        {"HINGNET_API_KEY": TOKEN},
        {"HINGNET_BASE_URL": "https://h.example"},
        {"TOKEN": "oh-0123456789"},
    ],
)
def test_a_variable_adds_the_default_gateway_in_front(tmp_path: Path, more: dict[str, str]) -> None:
    assert names(load(tmp_path, LAB + RELAY, **more)) == ["default", "lab", "relay"]


def test_the_token_file_and_base_url_add_it_too(tmp_path: Path) -> None:
    assert names(load(tmp_path, 'base_url = "https://a.example"\n' + LAB)) == ["default", "lab"]
    (tmp_path / "token").write_text(TOKEN)
    assert names(load(tmp_path, LAB)) == ["default", "lab"]


@pytest.mark.parametrize("more", [{}, {"BASE_URL": "https://b.example"}, {"TOKEN": "ghp-1"}])
def test_without_them_there_is_no_default_beside_others(
    tmp_path: Path, more: dict[str, str]
) -> None:
    assert names(load(tmp_path, LAB, **more)) == ["lab"]


def test_the_first_gateway_is_the_one_of_the_old_fields(tmp_path: Path) -> None:
    settings = load(tmp_path, LAB + 'token_env = "LAB"', LAB=TOKEN)
    fields = (settings.base_url, settings.token, settings.token_source)
    assert fields == ("https://lab.example", TOKEN, "LAB")


def test_a_repr_holds_no_token(tmp_path: Path) -> None:
    settings = load(tmp_path, LAB + 'token_env = "LAB"', LAB=TOKEN)
    assert TOKEN not in repr(settings)
    assert TOKEN not in repr(settings.gateways)


def test_the_default_table_needs_no_address(tmp_path: Path) -> None:
    (gateway,) = load(tmp_path, "[gateways.default]\nbalance = true").gateways
    assert gateway == GatewaySettings("default", DEFAULT_BASE_URL, balance=True)


def test_a_token_variable_outranks_the_tables_with_a_notice(tmp_path: Path) -> None:
    config = '[gateways.default]\nbase_url = "https://a.example"\ntoken_env = "MINE"'
    settings = load(tmp_path, config, MINE="oh-mine", HINGNET_API_KEY=TOKEN)
    assert (settings.base_url, settings.token) == ("https://a.example", TOKEN)
    assert "HINGNET_API_KEY" in settings.notices[0]


def test_the_tables_token_never_goes_to_the_variables_address(tmp_path: Path) -> None:
    config = '[gateways.default]\nbase_url = "https://a.example"\ntoken_env = "MINE"'
    settings = load(tmp_path, config, MINE=TOKEN, HINGNET_BASE_URL="https://b.example")
    assert (settings.base_url, settings.token) == ("https://b.example", None)
    assert "HINGNET_BASE_URL" in settings.notices[0]


def test_the_same_address_in_a_variable_is_no_contradiction(tmp_path: Path) -> None:
    config = '[gateways.default]\nbase_url = "https://a.example/v1"\ntoken_env = "MINE"'
    settings = load(tmp_path, config, MINE=TOKEN, HINGNET_BASE_URL="https://a.example")
    assert (settings.token, settings.notices) == (TOKEN, ())


def test_a_broken_default_table_sends_no_token_elsewhere(tmp_path: Path) -> None:
    config = LAB + '[gateways.default]\nbase_url = "nonsense"'
    settings = load(tmp_path, config, HINGNET_API_KEY=TOKEN)
    assert names(settings) == ["lab"]
    assert "gateways.default.base_url" in settings.notices[0]
    config = LAB + "[gateways.default]\nbase_url = 3"
    assert names(load(tmp_path, config, HINGNET_API_KEY=TOKEN)) == ["lab"]


def test_base_url_beside_the_default_table_is_ignored_with_a_notice(tmp_path: Path) -> None:
    config = 'base_url = "https://a.example"\n[gateways.default]\nbase_url = "https://b.example"'
    settings = load(tmp_path, config)
    assert settings.base_url == "https://b.example"
    assert "base_url outside of" in settings.notices[0]


@pytest.mark.parametrize(
    ("kind", "text", "base_url"),
    [
        ("auto", " https://h.example/v1/ ", "https://h.example"),
        ("auto", "https://h.example/v1/video/generations", "https://h.example"),
        ("generations", "https://h.example/v1/video/generations/", "https://h.example"),
        ("videos", "https://openrouter.ai/api/v1", "https://openrouter.ai/api"),
        ("ark", "https://ark.example/api/v3", "https://ark.example"),
        ("ark", "https://r.example/x/api/v3/contents/generations/tasks", "https://r.example/x"),
        ("kie", "https://api.kie.ai/api/v1/jobs/recordInfo", "https://api.kie.ai"),
        ("v2", "https://h.example/v2/video/generations", "https://h.example"),
        ("v2", "https://h.example////", "https://h.example"),
    ],
)
def test_an_address_from_documentation_loses_its_route(
    tmp_path: Path, kind: str, text: str, base_url: str
) -> None:
    config = f'[gateways.x]\nbase_url = "{text}"\nkind = "{kind}"'
    assert load(tmp_path, config).base_url == base_url


def test_an_address_of_many_slashes_takes_no_time(tmp_path: Path) -> None:
    text = "https://h.example" + "/" * 2000 + "x"
    assert load(tmp_path, f'[gateways.x]\nbase_url = "{text}"').base_url == text


@pytest.mark.parametrize(
    ("text", "is_local"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://localhost", True),
        ("http://192.168.1.5:8000", True),
        ("http://nas.local", True),
        ("http://8.8.8.8", False),
        ("https://nas.local", False),
        ("https://192.168.1.5", False),
    ],
)
def test_only_a_local_server_needs_no_token(tmp_path: Path, text: str, is_local: bool) -> None:
    hosts = 'allow_http = ["192.168.1.5", "NAS.local", "8.8.8.8"]\n'
    (gateway,) = load(tmp_path, f'{hosts}[gateways.x]\nbase_url = "{text}"').gateways
    assert (gateway.is_local, gateway.needs_token) == (is_local, not is_local)


def test_a_gateway_whose_command_was_not_run_needs_no_typed_token(tmp_path: Path) -> None:
    assert not lab(tmp_path, 'token_command = "pass show lab"').needs_token


def test_an_origin_is_compared_without_case_and_usual_port(tmp_path: Path) -> None:
    config = LAB + '[gateways.other]\nbase_url = "HTTPS://LAB.example:443/"'
    settings = load(tmp_path, config)
    assert {gateway.origin for gateway in settings.gateways} == {("https", "lab.example", 443)}
    assert "same address and token" in settings.notices[0]


@pytest.mark.parametrize(
    "lines",
    [
        'token_env = "OTHER"',
        'token_command = "pass"',
        'kind = "ark"',
    ],
)
def test_one_address_may_serve_two_accounts_or_families(tmp_path: Path, lines: str) -> None:
    config = LAB + 'kind = "videos"\n[gateways.b]\nbase_url = "https://lab.example"\n' + lines
    settings = load(tmp_path, config, OTHER=TOKEN)
    assert (names(settings), settings.notices) == (["lab", "b"], ())


BAD = [
    ("gateways.bad = 3", "gateways.bad"),
    ('[gateways."a b"]\nbase_url = "https://a.example"', "gateways.a b"),
    (f'[gateways.{"n" * 33}]\nbase_url = "https://a.example"', "gateways.nnn"),
    ('[gateways."\\u001b[1m"]\nbase_url = "https://a.example"', "gateways."),
    ("[gateways.bad]\nkind = 'ark'", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 3", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 'bad.example'", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 'https://me:s3cr3t@h.example'", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 'https://h.example/?key=s3cr3t'", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 'http://h.example'", "gateways.bad.base_url"),
    ("[gateways.bad]\nbase_url = 'https://h.example'\nkind = 'sora'", "gateways.bad.kind"),
    ("[gateways.bad]\nbase_url = 'https://h.example'\nfollow = 1", "gateways.bad.follow"),
    ("[gateways.bad]\nbase_url = 'https://h.example'\ntoken = 's3cr3t'", "gateways.bad.token"),
    ("[gateways.bad]\nbase_url = 'https://h.example'\napi_key = 's3cr3t'", "gateways.bad.api_key"),
    (
        "[gateways.bad]\nbase_url = 'https://h.example'\ntoken_env = 'A'\ntoken_file = 'b'",
        "gateways.bad",
    ),
    ("[gateways.bad]\nbase_url = 'https://h.example'\ntoken_command = [1]", "token_command"),
    ("[gateways.bad]\nbase_url = 'https://h.example'\ntoken_command = ['']", "token_command"),
]


@pytest.mark.parametrize(("lines", "key"), BAD)
def test_one_bad_gateway_does_not_stop_the_others(tmp_path: Path, lines: str, key: str) -> None:
    settings = load(tmp_path, f"{lines}\n{LAB}")
    assert names(settings) == ["lab"]
    (notice,) = settings.notices
    assert key in notice
    assert str(tmp_path / "config.toml") in notice
    assert "is left out" in notice
    assert "s3cr3t" not in notice
    assert "\x1b" not in notice


@pytest.mark.parametrize(("lines", "key"), BAD)
def test_a_bad_gateway_that_is_the_only_one_is_an_error(
    tmp_path: Path, lines: str, key: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, lines)
    assert key in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        'base_url = ""',
        'token_env = " \t "',
        'token_file = ""',
        "token_command = []",
        'token_command = " "',
        'token_command = ["", " "]',
    ],
)
def test_an_empty_value_is_reported_with_an_example(tmp_path: Path, line: str) -> None:
    key = line.partition(" ")[0]
    address = "" if key == "base_url" else 'base_url = "https://bad.example"\n'
    (notice,) = load(tmp_path, f"{LAB}\n[gateways.bad]\n{address}{line}").notices
    assert f"gateways.bad.{key}" in notice
    assert "it is empty. Write" in notice
    assert "example" in notice.partition("Write")[2].lower()


def test_an_unknown_key_of_a_gateway_is_ignored_with_a_notice(tmp_path: Path) -> None:
    settings = load(tmp_path, LAB + "folow = true")
    assert names(settings) == ["lab"]
    assert "gateways.lab.folow" in settings.notices[0]


@pytest.mark.parametrize("value", ["3", '"https://a.example"', "[]", "[[1]]"])
def test_gateways_that_are_no_table_are_an_error(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=r"gateways in .*config\.toml"):
        load(tmp_path, f"gateways = {value}")


def test_a_bad_token_variable_leaves_out_the_default_only(tmp_path: Path) -> None:
    settings = load(tmp_path, LAB, HINGNET_API_KEY="oh-a b")
    assert names(settings) == ["lab"]
    assert "HINGNET_API_KEY" in settings.notices[0]
    assert "oh-a" not in settings.notices[0]


def test_the_settings_and_the_client_know_the_same_families() -> None:
    assert KINDS == families.KINDS


@pytest.mark.parametrize(
    ("lines", "more", "words"),
    [
        ('token_env = "LAB"', {}, "the variable LAB is not set"),
        ('token_env = "LAB"', {"LAB": " "}, "the variable LAB is not set"),
        ('token_env = "sk-s3cr3t-0123456789"', {}, "this is no variable's name"),
        ('token_env = "LAB"', {"LAB": "s3cr3t one"}, "holds a blank"),
        ('token_env = "LAB"', {"LAB": "s3cr3t\none"}, "holds a blank or a line break"),
        ('token_file = "lab"', {}, "holds no token"),
        ('token_file = "/"', {}, "/ cannot be used"),
        ('token_file = "sk-s3cr3t-0123456789"', {}, "the file that it names holds no token"),
        (f'token_file = "sk-s3cr3t-{"0" * 300}"', {}, "The file cannot be used"),
        ('token_file = "~s3cr3t9/x"', {}, "The file cannot be used"),
    ],
)
def test_without_its_token_a_gateway_stays_with_a_notice(
    tmp_path: Path, lines: str, more: dict[str, str], words: str
) -> None:
    settings = load(tmp_path, LAB + lines, **more)
    (gateway,) = settings.gateways
    assert (gateway.token, gateway.needs_token) == (None, True)
    (notice,) = settings.notices
    assert words in notice
    assert "gateways.lab.token_" in notice
    assert str(tmp_path / "config.toml") in notice
    assert "s3cr3t" not in notice


@pytest.mark.parametrize("name", ["secrets/lab", "absolute"])
def test_a_token_file_is_found_from_the_config_and_made_private(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secrets" / "lab"
    path.parent.mkdir()
    path.write_text(f"Bearer {TOKEN}\r\n")
    path.chmod(0o644)
    name = str(path) if name == "absolute" else name
    settings = load(tmp_path, f"{LAB}token_file = '{name}'")
    assert (settings.token, settings.token_source) == (TOKEN, "token_file")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "Others could read" in settings.notices[0]


def test_all_problems_are_found_not_only_the_first(tmp_path: Path) -> None:
    config = (
        "max_downloads = 0\ntheme = 3\ntoken = 's3cr3t'\nallow_http = 'x'\nlanguage = 'fr'\n"
        "on_saved = 1\nwhat = 1\ndownloads = '~nobody-of-that-name/x'\n"
        "[notifications]\nbell = 3\ndesktop = 'growl'\nsound = true\n"
        "[gateways.bad]\nkind = 'ark'\n" + LAB + 'token_env = "LAB"'
    )
    found = find_problems(environ(tmp_path, config, HINGNET_BASE_URL="nonsense"))
    wanted = (
        *("max_downloads", "theme", "token in", "allow_http", "language", "on_saved", "what"),
        *("downloads is", "notifications.bell", "notifications.desktop", "notifications.sound"),
        *("gateways.bad.base_url", "gateways.lab.token_env", "HINGNET_BASE_URL"),
    )
    for words in wanted:
        assert sum(words in sentence for sentence in found) == 1, (words, found)
    assert len(found) == len(wanted)
    assert not any("s3cr3t" in sentence for sentence in found)


def test_sound_settings_have_no_problems(tmp_path: Path) -> None:
    assert find_problems(environ(tmp_path, LAB)) == []


def test_a_home_that_is_a_file_is_the_only_problem(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (problem,) = find_problems({"HINGTUI_HOME": str(file)})
    assert "HINGTUI_HOME" in problem


def test_a_config_that_is_not_toml_is_a_problem_beside_others(tmp_path: Path) -> None:
    found = find_problems(environ(tmp_path, "x = ", HINGNET_API_KEY="a b"))
    assert [words in found[at] for at, words in enumerate(("config.toml", "HINGNET_API_KEY"))]
