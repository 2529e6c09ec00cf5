"""An error that belongs to one video affects no other video (I6).

The whole monitor over real sockets; the commands are in test_faults_commands.py.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from hingtui.model.errors import Blocked, Expired, Forbidden, StorageRefused
from hingtui.model.video import Status
from hingtui.monitor import GatewayState
from tests.robustness.faults.faulty_watch import FaultyWatch, faulty_watch
from tests.servers.sockets import RESET, Part, Request, answer, json_answer
from tests.support.mp4 import mp4

DATA = mp4(20_000)
HEALTHY = [f"well{n}" for n in range(6)]
CLOUDFLARE = answer(
    403, b"<!DOCTYPE html><title>Just a moment...</title>", content_type="text/html"
)
NOT_LISTED = {"message": "request blocked: domain not in whitelist", "type": "server_error"}
OWN_ERRORS: dict[str, Part | list[Part]] = {
    "401 as JSON": json_answer({"error": {"message": "invalid upstream key"}}, 401),
    "402 as JSON": json_answer({"error": "payment required"}, 402),
    "403 as JSON": json_answer({"error": NOT_LISTED}, 403),
    "a firewall's page": CLOUDFLARE,
    "401 as a page": answer(401, b"<html>Unauthorized</html>", content_type="text/html"),
    "401 as text": answer(401, b"Unauthorized", content_type="text/plain"),
    "400": json_answer({"error": {"message": "bad id"}}, 400),
    "422": json_answer({"detail": "no"}, 422),
    "500": answer(500),
    "an error under 200": json_answer({"code": 50411, "message": "upstream"}),
    "a web page": answer(200, b"<html>hello</html>", content_type="text/html"),
    "a reset": [RESET],
}


def state(here: FaultyWatch) -> GatewayState:
    """The gateway's state, as the header shows it."""
    return here.state


async def watch_with_healthy_videos(here: FaultyWatch, *others: str) -> None:
    """Watch six healthy videos and these others, which the gateway does not know."""
    here.gateway.has_list = False
    for name in HEALTHY:
        here.gateway.video(name)
    await here.watch(*others, *HEALTHY)


@pytest.mark.parametrize("response", OWN_ERRORS.values(), ids=OWN_ERRORS.keys())
async def test_an_error_of_one_video_stops_no_other(
    tmp_path: Path, response: Part | list[Part]
) -> None:
    async with faulty_watch(tmp_path, auto_download=True) as here:
        here.gateway.fault("/v1/videos/failing", response, times=10_000)
        await watch_with_healthy_videos(here, "failing")
        await here.look(after=5, times=3)
        for name in HEALTHY:
            here.gateway.file(name, DATA)
        await here.look(after=15, times=4)
        await here.saved(*HEALTHY)
        assert len(here.files) == 6
        assert state(here) is GatewayState.ONLINE
        assert here.row("failing").last_error is not None
        assert all(here.row(name).last_error is None for name in HEALTHY)


@pytest.mark.parametrize("response", OWN_ERRORS.values(), ids=OWN_ERRORS.keys())
async def test_a_refused_download_stops_no_other(
    tmp_path: Path, response: Part | list[Part]
) -> None:
    async with faulty_watch(tmp_path) as here:
        names = ["failing", *HEALTHY]
        for name in names:
            here.gateway.file(name, DATA)
        here.gateway.fault("/v1/videos/failing/content", response, times=10_000)
        await here.watch(*names)
        await here.look(after=5, times=3)
        here.download(*names)
        await here.saved(*HEALTHY)
        assert len(here.files) == 6
        assert state(here) is GatewayState.ONLINE
        assert here.row("failing").download is not None
        assert all(here.row(name).download is None for name in HEALTHY)


@pytest.mark.slow
@pytest.mark.parametrize("failing", [10, 30])
@pytest.mark.parametrize(
    "response", [answer(500), answer(503), [RESET]], ids=["500", "503", "reset"]
)
async def test_ids_that_always_fail_do_not_delay_the_others(
    tmp_path: Path, failing: int, response: Part | list[Part]
) -> None:
    names = [f"failing{n}" for n in range(failing)]
    async with faulty_watch(tmp_path) as here:
        here.gateway.fault("/v1/videos/failing", response, times=100_000)
        await watch_with_healthy_videos(here, *names)
        await here.look(after=1, times=60)
        for name in HEALTHY:
            here.gateway.file(name, DATA)
        await here.look(after=1, times=20)
        assert {here.row(name).status for name in HEALTHY} == {Status.READY}
        assert state(here) is GatewayState.ONLINE


async def test_a_gateway_that_fails_for_all_is_offline_and_recovers(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await watch_with_healthy_videos(here)
        here.gateway.fault("/v1/videos", answer(503), times=100_000)
        await here.look(after=5, times=30)
        assert state(here) is GatewayState.OFFLINE
        here.gateway.fault_no_more()
        await here.look(after=10, times=10)
        assert state(here) is GatewayState.ONLINE
        assert all(here.row(name).last_error is None for name in HEALTHY)


@pytest.mark.slow
async def test_four_refused_ids_are_not_a_refused_token(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        names = [f"failing{n}" for n in range(4)]
        here.gateway.fault("/v1/videos/failing", OWN_ERRORS["401 as JSON"], times=10_000)
        await watch_with_healthy_videos(here, *names)
        await here.look(after=10, times=30)
        assert state(here) is GatewayState.ONLINE
        assert {here.row(name).status for name in HEALTHY} == {Status.GENERATING}


async def test_many_refused_ids_beside_healthy_ones_are_not_a_refused_token(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        names = [f"failing{n}" for n in range(20)]
        here.gateway.fault("/v1/videos/failing", OWN_ERRORS["403 as JSON"], times=10_000)
        await watch_with_healthy_videos(here)
        here.monitor.add(names)
        for _ in range(60):
            await here.look(after=5)
            assert state(here) is GatewayState.ONLINE
        assert {here.row(name).status for name in HEALTHY} == {Status.GENERATING}


@pytest.mark.slow
async def test_a_refused_token_is_probed_with_another_id_each_time(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        names = [f"v{n:02}" for n in range(50)]
        here.gateway.has_list = False
        here.gateway.fault("/v1/videos/", OWN_ERRORS["401 as JSON"], times=100_000)
        await here.watch(*names)
        assert state(here) is GatewayState.DENIED
        first = len(here.gateway.requests)
        assert first <= 12
        times = []
        for _ in range(240):
            before = len(here.gateway.requests)
            await here.look(after=5)
            times += [here.clock.monotonic()] * (len(here.gateway.requests) - before)
        probes = [request.target for request in here.gateway.requests[first:]]
        assert 4 <= len(probes) <= 12
        assert len(set(probes)) == len(probes)
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert min(pauses) >= 40
        assert max(pauses) <= 380
        here.gateway.fault_no_more()
        for name in names:
            here.gateway.video(name)
        await here.look(after=30, times=20)
        assert state(here) is GatewayState.ONLINE


async def test_a_manual_poll_probes_a_refused_token_at_once(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.fault("/v1/videos/", OWN_ERRORS["401 as JSON"], times=100_000)
        here.gateway.video("a")
        await here.watch("a")
        assert state(here) is GatewayState.DENIED
        here.gateway.fault_no_more()
        here.monitor.ask()
        await here.look()
        assert (state(here), here.row("a").status) == (GatewayState.ONLINE, Status.GENERATING)


async def test_a_refusal_is_confirmed_by_polling_finished_videos(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        for name in HEALTHY:
            here.gateway.file(name, DATA)
        here.gateway.fault("/v1/videos/failing", OWN_ERRORS["401 as JSON"], times=10_000)
        await here.watch(*HEALTHY)
        here.monitor.add(["failing"])
        await here.look(after=20)
        await here.look(after=20)
        assert state(here) is GatewayState.ONLINE
        here.gateway.fault("/v1/videos/", OWN_ERRORS["401 as JSON"], times=10_000)
        await here.look(after=60, times=5)
        assert state(here) is GatewayState.DENIED


async def test_a_firewall_page_is_a_temporary_error_of_its_row(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        await watch_with_healthy_videos(here)
        here.gateway.fault("/v1/videos/well3", CLOUDFLARE)
        await here.look(after=16)
        last_error = here.row("well3").last_error
        assert last_error is not None
        assert isinstance(last_error.error, Blocked)
        await here.look(after=16)
        assert here.row("well3").last_error is None
        assert state(here) is GatewayState.ONLINE


async def test_status_410_means_expired(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.file("b", DATA)
        await here.watch("a", "b")
        here.gateway.fault("/v1/videos/a/content", answer(410), times=100)
        here.download("a", "b")
        await here.saved("a", "b")
        assert here.row("a").status is Status.EXPIRED
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, Expired)
        assert here.files == {"b.mp4": DATA}


async def test_the_link_is_used_if_content_is_missing(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.video("a", video={"url": here.gateway.link("a")})
        here.gateway.fault("/v1/videos/a/content", answer(404), times=100)
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
        assert not here.gateway.leaks


async def test_a_link_with_an_expired_signature_is_renewed(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.video("a", video={"url": here.gateway.link("a")})
        here.gateway.fault("/v1/videos/a/content", answer(404), times=100)
        await here.watch("a")
        here.clock.advance(here.gateway.link_life + 60)
        here.gateway.video("a", video={"url": here.gateway.link("a")})
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_short_lived_links_are_renewed_while_the_file_is_written(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.link_life = 10

        def video(_request: Request) -> bytes:
            return json_answer(
                here.gateway.videos["a"] | {"video": {"url": here.gateway.link("a")}}
            )

        here.gateway.fault("/v1/videos/a", video, times=10_000)
        here.gateway.fault("/v1/videos/a/content", answer(404), times=10_000)
        lengths = iter(range(9000, 19_000, 1700))

        def growing(request: Request) -> Part | list[Part]:
            here.clock.advance(15)
            length = next(lengths, len(DATA))
            return answer(200, DATA[:length], content_type="video/mp4")

        for _ in range(7):
            here.gateway.fault("/files/a", growing)
            here.gateway.fault("/files/a", answer(403))
        await here.watch("a")
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_a_link_unknown_after_a_restart_is_requested(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        await here.watch("a")  # it is finished, and the response has no link
        here.gateway.video("a", video={"url": here.gateway.link("a")})
        here.gateway.fault("/v1/videos/a/content", answer(404), times=100)
        here.download("a")
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}


async def test_an_error_of_the_storage_server_is_not_the_gateways(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.redirects = True
        here.gateway.fault("/files/a", answer(503), times=1000)
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, StorageRefused)
        assert saving.error.is_from_storage
        assert state(here) is GatewayState.ONLINE


async def test_a_refused_download_is_an_error_of_its_row(tmp_path: Path) -> None:
    async with faulty_watch(tmp_path) as here:
        here.gateway.file("a", DATA)
        here.gateway.fault("/v1/videos/a/content", OWN_ERRORS["403 as JSON"], times=3)
        await here.watch("a")
        here.download("a")
        await here.put_off("a")
        saving = here.row("a").download
        assert saving is not None
        assert isinstance(saving.error, Forbidden)
        assert "whitelist" in saving.error.message
        await here.saved("a")
        assert here.files == {"a.mp4": DATA}
