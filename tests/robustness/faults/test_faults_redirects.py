"""Faults while downloading: redirects and signed links.

The whole monitor, with gateway and storage server on two origins; single redirects are in
tests/unit/api/test_content_redirects.py, refused targets in tests/unit/api/test_origins.py.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hingtui.model.errors import BadRedirect, HingtuiError, StorageRefused
from hingtui.monitor import DownloadState
from tests.robustness.faults.downloads import (
    CONTENT,
    DATA,
    ETAG,
    HALF,
    download_file,
    error_of,
    everything_in,
    failing_download,
    half,
    ranges,
)
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.files import Reply
from tests.servers.gateway import SECRET
from tests.servers.sockets import (
    CERTIFICATES,
    CLOSE,
    Answer,
    FaultServer,
    Request,
    answer,
    in_turn,
    json_answer,
)


async def test_no_token_is_sent_elsewhere_and_no_link_is_stored_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with faulty_watch(tmp_path) as here:
        here.gateway.redirects = True
        here.gateway.file("a", DATA)
        here.gateway.fault("/files/a", half(etag=ETAG))
        here.gateway.fault("/files/a", answer(403, b"<Error><Message>no</Message></Error>"))
        here.gateway.fault("/files/a", answer(500, here.gateway.link("a").encode()))
        here.gateway.fault("/files/a", [b"nonsense\r\n\r\n", CLOSE])
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        await here.monitor.watchlist_sync.sync()
        assert here.files == {"a.mp4": DATA}
        assert here.gateway.leaks == []
        kept = everything_in(tmp_path)
        for secret in (SECRET, here.gateway.token):
            assert secret.encode() not in kept
            assert secret not in caplog.text


def ways_to_storage(here: FaultyWatch, *, token_too: bool = False) -> dict[str, Answer]:
    """Every form of response that leads to the storage server."""
    link = here.gateway.link("a")
    place = link.partition("//")[2]
    more = {"set_cookie": f"session={here.gateway.token}"} if token_too else {}
    return {
        **{str(status): answer(status, location=link, **more) for status in (301, 302, 303, 307)},
        "308": answer(308, location=link, **more),
        "no scheme": answer(302, location=f"//{place}"),
        "capitals": answer(302, location=link.replace("http:", "HTTP:")),
        "another name": answer(302, location=link.replace("127.0.0.1", "localhost")),
        "JSON url": json_answer({"url": link}),
        "JSON data": json_answer({"data": {"video_url": link}}),
        "JSON, 302": answer(302, location="/hop/json"),
    }


@pytest.mark.parametrize("way", [*map(str, (301, 302, 303, 307, 308)), "no scheme", "capitals",
    "another name", "JSON url", "JSON data", "JSON, 302"])  # fmt: skip
async def test_no_way_to_another_origin_sends_the_token(tmp_path: Path, way: str) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        link = here.gateway.link("a")
        chain = in_turn(json_answer({"url": link + "&hop=1"}))
        here.gateway.fault("/hop/json", chain)
        # 302 → 200 JSON → url → 302 → the file
        here.gateway.fault("/files/a?", lambda r: bounce(here, r), times=1)
        await download_file(here, ways_to_storage(here, token_too=True)[way])
        assert here.files == {"a.mp4": DATA}
        assert here.gateway.leaks == []
        assert all("cookie" not in r.headers for r in here.gateway.storage.requests)


def bounce(here: FaultyWatch, _: Request) -> bytes:
    return answer(302, location=here.gateway.link("a"))


@pytest.mark.parametrize("port", ["", ":80"])
async def test_an_encrypted_gateway_may_not_lead_to_plain_http(tmp_path: Path, port: str) -> None:
    trust = {"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")}
    with FaultServer(lambda _: answer(200, DATA)) as plain:
        async with faulty_watch(tmp_path, environ=trust, certificate="good.pem") as here:
            here.gateway.file("a", DATA)
            place = f"127.0.0.1{port}" if port else f"127.0.0.1:{plain.port}"
            for response in (
                answer(302, location=f"http://{place}/v?sig=1"),
                json_answer({"url": f"http://{place}/v?sig=1"}),
            ):
                here.gateway.fault(CONTENT, response, times=1)
                await download_file(here)
                error = error_of(here)
                assert isinstance(error, BadRedirect)
                assert "sig" not in str(error)
            assert plain.connections == 0
            assert here.files == {}


INVALID_LOCATIONS = [
    "",
    "http://",
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "data:video/mp4;base64,AAAA",
    "javascript:alert(1)",
    "http://user:pass@127.0.0.1/x?sig=1",
    "http://[::1",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:0/",
    "http://a b/",
    "x" * 100_000,
    "\x7f",
]


@pytest.mark.slow
@pytest.mark.parametrize("location", INVALID_LOCATIONS)
async def test_a_redirect_to_an_invalid_location_fails_the_download(
    tmp_path: Path, location: str
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault(CONTENT, answer(302, location=location), times=50)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.save_state("a") is DownloadState.FAILED
        assert isinstance(error_of(here), HingtuiError)
        assert here.files == {}


@pytest.mark.parametrize("status", [300, 304, 305, 306])
async def test_a_3xx_that_is_no_redirect_is_not_followed(tmp_path: Path, status: int) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await failing_download(here, answer(status, location=here.gateway.link("a")))
        assert here.gateway.storage.requests == []


async def test_a_redirect_loop_is_an_error(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        home = f"{here.gateway.url}{CONTENT}"
        loops: list[tuple[Answer, Answer]] = [
            (answer(302, location=home), answer(200)),
            (
                answer(302, location=f"{here.gateway.storage.url}/files/a"),
                answer(302, location=home),
            ),
            (json_answer({"url": home}), answer(200)),
        ]
        for at_home, away in loops:
            here.gateway.fault_no_more()
            here.gateway.fault(CONTENT, at_home, times=1000)
            here.gateway.fault("/files/a", away, times=1000)
            before = len(here.gateway.requests)
            await download_file(here)
            assert isinstance(error_of(here), BadRedirect)
            assert len(here.gateway.requests) - before < 10
        assert here.gateway.leaks == []


async def test_a_signed_link_that_expires_midway_is_renewed(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.redirects = True
        here.gateway.link_life = 0.2  # expired by the next try
        here.gateway.file("a", DATA)
        here.gateway.replies["a"] = Reply(cut=9000, etag=ETAG)
        await download_file(here)
        assert here.files == {"a.mp4": DATA}
        links = [request.target for request in here.gateway.storage.requests]
        assert len(set(links)) == len(links) == len(ranges(here)) == 7
        starts = [r.headers.get("range") for r in here.gateway.storage.requests]
        assert starts == [None, *(f"bytes={9000 * n}-" for n in range(1, 7))]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_an_old_link_refused_by_the_storage_is_not_a_token_error(
    tmp_path: Path, status: int
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.redirects = True
        here.gateway.file("a", DATA)
        here.gateway.fault("/files/a", half(etag=ETAG))
        here.gateway.fault("/files/a", answer(status, b"<Error><Code>Expired</Code></Error>"))
        here.gateway.replies["a"] = Reply(etag=ETAG)
        await download_file(here)
        assert here.files == {"a.mp4": DATA}
        assert here.gateway_status.error is None
        assert here.gateway.storage.requests[-1].headers["range"] == f"bytes={HALF}-"


async def test_a_link_that_never_works_is_reported_without_secrets(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA, expires_at=int(here.clock.time()) + 600)
        here.gateway.redirects = True
        here.gateway.link_life = -1
        await download_file(here)
        assert isinstance(error_of(here), StorageRefused)
        assert SECRET not in str(error_of(here))
        assert here.files == {}


async def test_the_direct_link_is_the_last_resort_and_sends_no_token(
    tmp_path: Path,
) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.video("a", video_url=here.gateway.link("a"))
        here.gateway.fault(CONTENT, json_answer({"error": "broken"}), times=1000)
        await download_file(here)
        assert here.files == {"a.mp4": DATA}
        assert here.gateway.leaks == []
        await here.monitor.watchlist_sync.sync()
        assert SECRET not in (tmp_path / "watchlist.toml").read_text()
