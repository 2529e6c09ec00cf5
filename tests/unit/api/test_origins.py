"""Which origins a redirect may lead to, and how an origin is written."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from hingtui.api.origins import Origin, check_peer, check_redirect, leads_inside, make_origin
from hingtui.model.errors import BadRedirect

PUBLIC = Origin("https", "8.8.8.8", 443)

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "0.0.0.0",  # noqa: S104  (an address to refuse)
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "fc00:4000::1",
    "fdfe:dcba:9877::1",
    "fdfe:dcba:9876:1::1",
    "::ffff:10.0.0.1",
    "2002:0a00:0001::",
    "64:ff9b::a00:1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_public_gateway_may_not_redirect_to_a_private_address(host: str) -> None:
    with pytest.raises(BadRedirect, match="private network"):
        check_redirect(PUBLIC, make_origin("https", host, None))


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_gateway_may_redirect_to_a_private_address(host: str) -> None:
    check_redirect(Origin("https", "10.0.0.9", 443), make_origin("https", host, None))


@pytest.mark.parametrize(
    "host",
    [
        "1.1.1.1",
        "198.18.0.7",
        "198.19.255.255",
        "::ffff:198.18.0.7",
        "fc00::7",
        "fc00:3fff:ffff::1",
        "fdfe:dcba:9876::1",
        "2001:2::1",
        "::ffff:8.8.8.8",
        "2001:4860:4860::8888",
    ],
)
def test_redirects_to_public_and_benchmark_addresses_are_followed(host: str) -> None:
    check_redirect(PUBLIC, make_origin("https", host, None))
    check_peer(PUBLIC, Origin("https", "cdn.example", 443), host)


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    with pytest.raises(BadRedirect, match=r"cdn\.example"):
        check_peer(PUBLIC, Origin("https", "cdn.example", 443), "192.168.0.1")


def test_a_gateway_with_a_private_address_may_redirect_to_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(*_args: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    check_redirect(Origin("https", "gateway.corp", 443), Origin("https", "10.0.0.6", 443))


def test_an_encrypted_gateway_may_not_redirect_to_plain_http() -> None:
    with pytest.raises(BadRedirect, match="not encrypted"):
        check_redirect(PUBLIC, Origin("http", "cdn.example", 80))


def test_a_plain_http_gateway_may_redirect_to_http_or_https() -> None:
    base = Origin("http", "8.8.8.8", 80)
    check_redirect(base, Origin("http", "cdn.example", 80))
    check_redirect(base, Origin("https", "cdn.example", 443))


def test_an_invalid_host_name_is_not_a_private_address() -> None:
    assert not leads_inside("a" * 70 + ".example")


@pytest.mark.parametrize(
    ("scheme", "host", "port"),
    [
        ("ftp", "h", None),
        ("http", "", None),
        ("http", "h", 0),
        ("http", "%5b", None),
        ("http", "a b", None),
        ("http", "[::x]", None),
    ],
)
def test_an_invalid_scheme_host_or_port_is_no_origin(
    scheme: str, host: str, port: int | None
) -> None:
    with pytest.raises(ValueError, match="no place"):
        make_origin(scheme, host, port)


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("https", "h.example", 443), "https://h.example"),
        (Origin("http", "h.example", 443), "http://h.example:443"),
        (Origin("http", "::1", 80), "http://[::1]"),
        (Origin("http", "::1", 8000), "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_in_a_url(origin: Origin, text: str) -> None:
    assert str(origin) == text
