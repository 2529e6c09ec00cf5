"""The token is sent only to the configured gateway, encrypted, and is stored nowhere."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.api import Api
from hingtui.api.client_config import ClientConfig
from hingtui.model.errors import ApiError, SettingsError
from hingtui.storage.settings import load_settings
from hingtui.storage.settings.base_url import check_base_url
from hingtui.storage.watchlist import Entry
from hingtui.system.clock import Clock
from tests.servers import leaky as secret
from tests.servers.leaky import leaks, leaks_in_files, leaky, run_all
from tests.servers.sockets import FaultServer, Request, answer, json_answer
from tests.support.pty import clean_environ


def test_a_proxys_password_is_not_printed_or_stored(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(
        'base_url = "http://gateway.example"\nallow_http = ["gateway.example"]\n'
    )

    def refuse(request: Request) -> bytes:
        body = f"{secret.QUOTED} {request.headers.get('proxy-authorization')} {secret.PASSWORD}"
        return answer(407, body.encode())

    with FaultServer(refuse) as proxy:
        environ = clean_environ(
            home,
            HINGNET_API_KEY=secret.TOKEN,
            HTTP_PROXY=f"http://me:{secret.PASSWORD}@127.0.0.1:{proxy.port}",
        )
        printed = run_all(environ, {"status": ["status", secret.RUNNING]})["status"]
        assert proxy.requests
    assert secret.QUOTED in printed
    assert leaks(printed) == []
    assert leaks_in_files(home) == {}


INVALID_TARGETS = [
    *("javascript:alert(1)", "blob:https://h/x", "gopher://h/", "ws://h/x", "mailto:a@b", "http:"),
    *("https://me:pw@h/x", "https://me@h/x", "//me:pw@h/x", "http://h:0/x", "http://h:99999/x"),
    *("http://[::1", "http://[fe80::1%25eth0]/x", "http://a b/x", "http://%31%32%37.0.0.1/x"),
    *("https://h\\@evil/x", "view-source:http://h/x", "http://\u2485\u2488.0.0.1/x"),
]
"""Where no redirect and no link may lead, whatever the gateway is."""


@pytest.mark.parametrize("way", ["redirect", "json", "link"])
@pytest.mark.parametrize("where", INVALID_TARGETS)
def test_the_client_follows_no_invalid_redirect_or_link(way: str, where: str) -> None:
    def respond(_request: Request) -> bytes:
        if way == "redirect":
            return answer(302, location=where.encode().decode("latin-1"))
        return json_answer({"url": where})

    with FaultServer(respond) as server:
        api = Api(server.url, secret.TOKEN, environ={})
        link = where if way == "link" else ""
        with pytest.raises(ApiError) as caught, api.open_content("video_1", link=link):
            pytest.fail("it was opened")
        assert "pw" not in str(caught.value)
        asyncio.run(api.aclose())
    assert len(server.requests) == (0 if way == "link" else 1)


async def test_a_stored_video_holds_no_secret_but_its_link() -> None:
    with leaky() as servers:
        listed = [servers.video_object(video_id, secret.TOKEN) for video_id in secret.IDS]
        api = Api(servers.gateway.url, secret.TOKEN, environ={})
        one = (await api.retrieve(secret.DIRECT_LINK)).video
        servers.gateway.respond = lambda _: json_answer({"data": listed})
        page = await api.list_page()
        await api.aclose()
    assert len(page.videos) == len(secret.IDS)
    for video in (one, *page.videos):
        assert leaks(repr(video) + repr(Entry(video.id, 0.0, video).as_table())) == []
    assert leaks(one.link) == ["signature"]


PLAIN = [
    *("HTTP://gateway.example", "hTTp://10.0.0.1", "http://0.0.0.0", "http://[::]"),
    *("http:gateway.example", "http:/gateway.example", "http:///gateway.example", "http://"),
    *("http://localhost.evil.com", "http://evil.localhost", "http://127.0.0.1.nip.io"),
    *("http://localhost.", "http://127.0.0.1.", "http://127.1", "http://2130706433"),
    *("http://0x7f000001", "http://0x7f.0.0.1", "http://0177.0.0.1", "http://127.0.0.256"),
    *("http://[::ffff:127.0.0.1]", "http://[::127.0.0.1]", "http://[::1%25eth0]"),
    *("http://evil.example[::1]", "http://[::1]evil.example", "http://[::1].evil.example"),
    *("http://127.0.0.1@evil.example", "http://127.0.0.1:80@evil.example", "http://@evil.example"),
    *("http://evil.example#@127.0.0.1", "http://evil.example?@127.0.0.1", "http://127.0.0.1:0"),
    *("http://evil.example\\@127.0.0.1", "http:\\\\127.0.0.1", "http://127.0.0.1\\.evil.example"),
    *("http://127.0.0.1\t.evil.example", "http://local\nhost.evil", "ht\ntp://evil.example"),
    *("http://127.0.0.1\u3002evil.example", "http://\u24db\u24deocalhost", "http://l\u043ecalhost"),
    *("http://\uff11\uff12\uff17.0.0.1", "http://\u200blocalhost", "http://localhost\u00ad"),
    *("http://127.0.0.1%00.evil.example", "http://127.0.0.1%2eevil.example", "http://%6cocalhost"),
]
"""Plain http to what is not, beyond any doubt, this machine."""


@pytest.mark.parametrize("url", PLAIN)
def test_plain_http_base_urls_on_other_machines_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HINGNET_BASE_URL"):
        load_settings({"HINGTUI_HOME": str(tmp_path), "HINGNET_BASE_URL": url})


def test_allow_http_permits_only_the_named_host(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('allow_http = ["nas.local"]')
    environ = {"HINGTUI_HOME": str(tmp_path), "HINGNET_BASE_URL": "http://NAS.local:3000"}
    assert load_settings(environ).base_url == "http://NAS.local:3000"
    for other in ("nas.local.evil.com", "evil.nas.local", "nas.local@evil.com", "nas.loca\u217c"):
        with pytest.raises(SettingsError):
            load_settings(environ | {"HINGNET_BASE_URL": f"http://{other}"})


SIGNS = ["http://", "https://", "HTTP:", "//", *"/\\@:#?.[]\t", "%2e", "\u3002", "\u043e"]
HOSTS = ["localhost", "127.0.0.1", "::1", "evil.example", "0x7f", "1", "user", "80"]
PIECES = st.sampled_from(SIGNS + HOSTS)


@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(["http://", "https://", ""]))
def test_settings_and_client_read_a_base_url_alike(rest: str, scheme: str) -> None:
    """If both read one URL differently, a URL could pass every check above and lead elsewhere."""
    try:
        base_url = check_base_url(scheme + rest, "it", (), Path("config.toml"))
    except SettingsError:
        return
    origin = ClientConfig(base_url, "", Clock(), {}, httpx.Timeout(1)).origin
    host = origin.host
    assert origin.scheme == "https" or host == "localhost" or ip_address(host).is_loopback
    assert urlsplit(base_url).hostname == host
