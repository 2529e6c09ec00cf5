"""A redirect's target is requested byte for byte, by downloads and by the calls that read JSON."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from hingtui.api.locations import resolve
from hingtui.model.errors import BadRedirect
from tests.servers.gateway import TOKEN
from tests.servers.sockets import FaultServer, Request, answer, json_answer
from tests.support.api_client import api_at
from tests.support.contents import MP4, mp4, read

FILM = "电影"
FILM_HOST = "xn--p3t879b.example"
EXACT = [
    (b"/plain.mp4", "/plain.mp4"),
    ("/电影.mp4?签=1".encode(), "/%E7%94%B5%E5%BD%B1.mp4?%E7%AD%BE=1"),
    (FILM.encode("gbk"), "/v1/videos/v1/%B5%E7%D3%B0"),
    (
        b"/" + FILM.encode("gbk") + b".mp4?n=" + FILM.encode("gbk"),
        "/%B5%E7%D3%B0.mp4?n=%B5%E7%D3%B0",
    ),
    (b"/caf\xe9.mp4?q=\xfc", "/caf%E9.mp4?q=%FC"),
    (b"/a b\tc.mp4?d e=f g", "/a%20b%09c.mp4?d%20e=f%20g"),
    (b"/\xb5\xe7 %E7%94%B5%2f.mp4", "/%B5%E7%20%E7%94%B5%2f.mp4"),
    (b"/a%2fb%2Fc%7E~%41?s=%2f%2F%7e%20+%2B/=='", "/a%2fb%2Fc%7E~%41?s=%2f%2F%7e%20+%2B/=='"),
    (b"/100%?p=50%&q=%zz", "/100%?p=50%&q=%zz"),
    (b'/{a}`|^\\"<>[]?{b}`|^\\"<>[]', '/{a}`|^\\"<>[]?{b}`|^\\"<>[]'),
    (b"/a//b/./c/../d?x=/../y", "/a//b/./c/../d?x=/../y"),
    (b"/a;p=1,2:3@4!$&'()*?", "/a;p=1,2:3@4!$&'()*?"),
    (b"/x?a=1?b=2&&c", "/x?a=1?b=2&&c"),
    (b"/x?y#frag/../?z", "/x?y"),
    (b"f.mp4?u=http://h/../x", "/v1/videos/v1/f.mp4?u=http://h/../x"),
    (b"../\xc4\xe3.mp4?sig=a%2Fb", "/v1/videos/%C4%E3.mp4?sig=a%2Fb"),
    (b"./../../../../../f", "/f"),
    (b"x/..", "/v1/videos/v1/"),
    (b"?sig=a+b%2f", "/v1/videos/v1/content?sig=a+b%2f"),
]


def redirect(location: bytes, status: int = 302) -> bytes:
    return b"HTTP/1.1 %d Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % (status, location)


def once(first: bytes, then: bytes) -> Callable[[Request], bytes]:
    """`first` for the first request, `then` for each that follows."""
    answers = [first]
    return lambda _: answers.pop() if answers else then


@pytest.mark.parametrize(("location", "target"), EXACT)
def test_a_download_requests_the_location_byte_for_byte(location: bytes, target: str) -> None:
    with FaultServer(
        once(redirect(location), answer(200, MP4, content_type="video/mp4"))
    ) as server:
        assert read(server.url).body == MP4
    assert server.requests[1].target == target
    assert server.requests[1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        *(pair for pair in EXACT if pair[0].startswith(b"/")),
        (b"f\xe9?s=+", "/v1/videos/f%E9?s=+"),
        (b"../f%2f", "/v1/f%2f"),
        (b"?s=%7e", "/v1/videos/v1?s=%7e"),
    ],
)
@pytest.mark.sample(12)
async def test_a_json_request_follows_the_location_byte_for_byte(
    location: bytes, target: str, status: int
) -> None:
    video = json_answer({"id": "v1", "status": "processing"})
    with FaultServer(once(redirect(location, status), video)) as server:
        async with api_at(server.url) as api:
            await api.retrieve("v1")
    assert server.requests[1].target == target


@pytest.mark.parametrize(
    ("rest", "target"),
    [
        (b"/\xb5\xe7\xd3\xb0 1.mp4?sig=%2f+%7E", "/%B5%E7%D3%B0%201.mp4?sig=%2f+%7E"),
        (b"?sig=1", "/?sig=1"),
        (b"", "/"),
    ],
)
@pytest.mark.parametrize("scheme", [b"http:", b"HTTP:", b""])
def test_a_location_on_another_origin_is_requested_byte_for_byte(
    scheme: bytes, rest: bytes, target: str
) -> None:
    with FaultServer(mp4) as cdn:
        where = b"%b//127.0.0.1:%d%b" % (scheme, cdn.port, rest)
        with FaultServer(lambda _: redirect(where)) as server:
            assert read(server.url).origin == cdn.url
    assert cdn.requests[0].target == target
    assert "authorization" not in cdn.requests[0].headers


def test_a_relative_location_of_the_storage_server_stays_exact() -> None:
    with FaultServer(once(redirect(b"../b%2f\xe9?s=+"), answer(200, MP4))) as cdn:
        where = f"{cdn.url}/x/%7Ey/a?sig=1".encode()
        with FaultServer(lambda _: redirect(where)) as server:
            read(server.url)
    assert [request.target for request in cdn.requests] == ["/x/%7Ey/a?sig=1", "/x/b%2f%E9?s=+"]


def test_a_forward_proxy_gets_the_exact_url() -> None:
    where = b"http://cdn.example/\xb5\xe7%2f?s=+%7E"
    with FaultServer(once(redirect(where), answer(200, MP4))) as proxy:
        read("http://gateway.example", environ={"HTTP_PROXY": proxy.url})
    assert proxy.requests[1].target == "http://cdn.example/%B5%E7%2f?s=+%7E"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/电影 1.mp4?n=é", "/%E7%94%B5%E5%BD%B1%201.mp4?n=%C3%A9"),
        ("/a%2fb%7E?s=+%2F='{}", "/a%2fb%7E?s=+%2F='{}"),
        ("/\x01\x7f\ud800", "/%01%7F%ED%A0%80"),
    ],
)
def test_a_direct_link_is_requested_in_utf_8(path: str, target: str) -> None:
    with FaultServer(mp4) as server:
        read(server.url, link=server.url + path)
    assert server.requests[0].target == target


def test_targets_that_differ_only_in_their_escapes_are_no_loop() -> None:
    def respond(request: Request) -> bytes:
        return {"/%7E": redirect(b"/~"), "/~": answer(200, MP4)}.get(
            request.target, redirect(b"/%7E")
        )

    with FaultServer(respond) as server:
        assert read(server.url).body == MP4


@pytest.mark.parametrize("host", ["电影.example".encode(), "电影.example".encode("gbk")])
def test_an_international_host_name_is_encoded_as_punycode(host: bytes) -> None:
    url, origin = resolve(None, b"https://" + host + b"/\xe9")
    assert (origin.host, url.raw_path) == (FILM_HOST, b"/%E9")


@pytest.mark.parametrize(
    "location",
    [
        b"",
        b" ",
        b"http:",
        b"http:x",
        b"http:///x",
        b"http://\xff\xff/x",
        b"http://u:p@h/\xe9",
        b"http://h\\@evil/",
        b"http://h:0/",
        b"http://h:99999/",
        b"http://h:x/",
        b"ftp://h/\xe9",
        b"javascript:alert(1)",
        b"/" + b"x" * 8192,
    ],
)
def test_an_invalid_location_is_a_bad_redirect(location: bytes) -> None:
    with pytest.raises(BadRedirect):
        resolve(httpx.URL("http://gateway.example/v1"), location)
