"""Which proxy the environment and the desktop select, for every form of their settings."""

from __future__ import annotations

import pytest

from hingtui.api.origins import Origin
from hingtui.api.proxies import Proxies
from hingtui.model.errors import Unreachable

HTTPS = Origin("https", "gateway.example", 443)
HTTP = Origin("http", "gateway.example", 80)


def url_for(origin: Origin, **environ: str) -> str | None:
    proxy = Proxies(environ).route(origin)
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://127.0.0.1:7890", "http://127.0.0.1:7890"),
        ("http://127.0.0.1:7890/", "http://127.0.0.1:7890"),
        ("127.0.0.1:7890", "http://127.0.0.1:7890"),
        ("proxy.example", "http://proxy.example:80"),
        ("HTTP://Proxy.Example:8080", "http://proxy.example:8080"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
        ("socks5h://127.0.0.1", "socks5h://127.0.0.1:1080"),
        ("socks://127.0.0.1:7891/", "socks5://127.0.0.1:7891"),
        ("SOCKS://127.0.0.1:7891", "socks5://127.0.0.1:7891"),
        ("http://[::1]:7890", "http://[::1]:7890"),
        ("  http://127.0.0.1:7890  ", "http://127.0.0.1:7890"),
    ],
)
def test_every_form_of_a_proxy_address_is_parsed(value: str, url: str) -> None:
    assert url_for(HTTPS, HTTPS_PROXY=value) == url


@pytest.mark.parametrize(
    "value",
    [
        "http://",
        "http://:7890",
        "http://host:port",
        "http://host:99999",
        "http://host:0",
        "http://[::1:7890",
        "::::",
        "http://ho st:1",
        "socks4://127.0.0.1:1080",
        "ftp://127.0.0.1:21",
        "http://代理:80",
        *('""', '"http://host:1"', "$PROXY", "http://$HOST:80"),
        "http://name:half#of-password@host:80",
    ],
)
def test_a_malformed_proxy_address_is_reported_with_its_variable(value: str) -> None:
    with pytest.raises(Unreachable, match=r"^https_proxy .*\.$") as caught:
        url_for(HTTPS, https_proxy=value)
    assert "half" not in str(caught.value)


def test_url_label_and_repr_omit_name_and_password() -> None:
    proxy = Proxies({"ALL_PROXY": "socks://me:p%40ss@127.0.0.1:7891"}).route(HTTPS)
    assert proxy is not None
    assert proxy.auth == ("me", "p@ss")
    assert "p@ss" not in repr(proxy) + proxy.label + proxy.url
    assert proxy.label == "ALL_PROXY (127.0.0.1:7891)"


def test_http_and_https_urls_use_their_own_variable() -> None:
    environ = {"HTTP_PROXY": "a:1", "HTTPS_PROXY": "b:2"}
    assert url_for(HTTP, **environ) == "http://a:1"
    assert url_for(HTTPS, **environ) == "http://b:2"


def test_all_proxy_is_the_fallback() -> None:
    assert url_for(HTTPS, HTTP_PROXY="a:1", all_proxy="c:3") == "http://c:3"


def test_a_lower_case_variable_outranks_the_upper_case_one() -> None:
    assert url_for(HTTPS, HTTPS_PROXY="upper:1", https_proxy="lower:1") == "http://lower:1"


def test_an_empty_lower_case_variable_unsets_the_upper_case_one() -> None:
    assert url_for(HTTPS, HTTPS_PROXY="upper:1", https_proxy="") is None


def test_a_blank_variable_is_no_proxy() -> None:
    assert url_for(HTTPS, HTTPS_PROXY="  ") is None


def test_http_proxy_is_ignored_in_a_cgi_process() -> None:
    assert url_for(HTTP, HTTP_PROXY="evil:1", REQUEST_METHOD="GET") is None


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_never_uses_a_proxy(host: str) -> None:
    assert url_for(Origin("http", host, 8000), ALL_PROXY="dead:1", HTTP_PROXY="http://[") is None


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("*", "gateway.example"),
        ("gateway.example", "gateway.example"),
        ("GATEWAY.example", "gateway.example"),
        ("example", "gateway.example"),
        (".example", "gateway.example"),
        ("*.example", "gateway.example"),
        ("other, gateway.example", "gateway.example"),
        ("other gateway.example", "gateway.example"),
        ("localhost,127.0.0.0/8,[::1],gateway.example", "gateway.example"),
        ("gateway.example:443", "gateway.example"),
        ("https://gateway.example", "gateway.example"),
        ("gateway.example.", "gateway.example"),
        ("gateway.example", "gateway.example."),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:443", "10.1.2.3"),
        ("[fd00::1]", "fd00::1"),
        ("fd00::1", "fd00::1"),
        ("[fd00::1]:443", "fd00::1"),
        ("fd00::/8", "fd00::1"),
        ("fd00:0::0001", "fd00::1"),
    ],
)
def test_every_form_of_no_proxy_is_matched(value: str, host: str) -> None:
    assert url_for(Origin("https", host, 443), HTTPS_PROXY="p:1", NO_PROXY=value) is None


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("", "gateway.example"),
        (",, ,", "gateway.example"),
        ("way.example", "gateway.example"),
        ("gateway.example:8443", "gateway.example"),
        ("gateway.example.org", "gateway.example"),
        ("10.0.0.0/8", "11.1.2.3"),
        ("[::1]", "gateway.example"),
        ("10.0.0.0/99,[[::,]:x", "10.1.2.3"),
    ],
)
def test_no_proxy_does_not_match_other_hosts(value: str, host: str) -> None:
    assert url_for(Origin("https", host, 443), HTTPS_PROXY="p:1", no_proxy=value) == "http://p:1"


def test_the_desktops_proxy_is_used_if_the_environment_names_none() -> None:
    proxies = Proxies({}, system={"https": "http://desk:1"}, system_bypass=lambda _: False)
    proxy = proxies.route(HTTPS)
    assert proxy is not None
    assert proxy.label == "desk:1"


def test_the_desktops_exceptions_apply_to_its_proxy() -> None:
    proxies = Proxies({}, system={"https": "http://desk:1"}, system_bypass=lambda _: True)
    assert proxies.route(HTTPS) is None


def test_the_environment_outranks_the_desktop() -> None:
    proxies = Proxies({"HTTP_PROXY": "env:1"}, system={"https": "http://desk:1"})
    assert proxies.route(HTTPS) is None
