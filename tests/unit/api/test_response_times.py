"""Times, expiry and cost in every form seen at gateways, read over a real socket."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest

from hingtui.model.video import Cost
from tests.servers.sockets import json_answer
from tests.support.clock import EPOCH
from tests.unit.api.parsed_responses import LINK, parse_fields, parse_response

NOW = EPOCH  # 2025-11-10 15:50:02 UTC, 23:50:02 in Beijing


@pytest.mark.parametrize(
    "name", ["completed_at", "finished_at", "finish_time", "end_time", "completeTime"]
)
@pytest.mark.parametrize("value", [EPOCH - 60, (EPOCH - 60) * 1000, "2025-11-10T15:49:02Z"])
async def test_the_completion_time_is_read_from_every_known_field(name: str, value: Any) -> None:
    assert (await parse_fields(status="completed", **{name: value})).completed_at == EPOCH - 60


@pytest.mark.parametrize("name", ["created_at", "submit_time", "createTime", "createdAt"])
async def test_the_creation_time_is_read_from_every_known_field(name: str) -> None:
    assert (await parse_fields(status="queued", **{name: EPOCH * 1000})).created_at == EPOCH


@pytest.mark.parametrize("text", ["2025-11-10 23:49:02", "2025-11-10T23:49:02.000"])
async def test_a_recent_beijing_time_without_a_zone_becomes_utc(text: str) -> None:
    assert (await parse_fields(status="completed", completed_at=text)).completed_at == EPOCH - 60


async def test_a_recent_utc_time_without_a_zone_stays_utc() -> None:
    video = await parse_fields(status="completed", completed_at="2025-11-10 15:49:02")
    assert video.completed_at == EPOCH - 60


async def test_an_old_time_without_a_zone_is_read_as_beijing_time() -> None:
    video = await parse_fields(status="completed", completed_at="2025-11-01 08:00:00")
    assert video.completed_at == 1_761_955_200.0  # 2025-11-01 00:00:00 UTC


async def test_a_zoned_creation_time_decides_between_utc_and_beijing() -> None:
    video = await parse_fields(
        status="completed", created_at=EPOCH - 90_000, completed_at="2025-11-09 15:00:00"
    )
    assert video.completed_at == 1_762_700_400.0  # in Beijing, it would be before the creation


async def test_all_times_of_a_response_share_one_zone() -> None:
    video = await parse_fields(
        status="completed",
        created_at="2025-11-10 23:45:00",
        completed_at="2025-11-10 23:49:02",
        expires_at="2025-11-11 00:49:02",
    )
    assert (video.completed_at, video.expires_at) == (EPOCH - 60, EPOCH + 3540)


async def test_an_expiry_without_a_zone_takes_the_plausible_zone() -> None:
    video = await parse_fields(
        status="completed", completed_at=EPOCH - 60, expires_at="2025-11-11 00:49:02"
    )
    assert video.expires_at == EPOCH + 3540


async def test_an_expiry_of_ambiguous_zone_is_unknown() -> None:
    video = await parse_fields(status="completed", expires_at="2025-11-10 20:00:00")
    assert video.expires_at is None


@pytest.mark.parametrize("ahead", [3600, 8 * 3600, 30 * 86_400])
async def test_a_completion_time_in_the_future_is_unknown(ahead: float) -> None:
    video = await parse_fields(
        status="completed", created_at=EPOCH - 90, completed_at=EPOCH + ahead
    )
    assert video.completed_at is None


async def test_a_creation_time_in_the_future_is_unknown() -> None:
    video = await parse_fields(status="completed", created_at=EPOCH + 28_800)
    assert video.created_at is None


async def test_the_date_header_outranks_the_local_clock() -> None:
    payload = {"id": "v1", "status": "completed", "completed_at": "2025-11-10 23:49:02"}
    body = json_answer(payload, date=formatdate(EPOCH, usegmt=True))
    assert (await parse_response(body, EPOCH + 9 * 3600)).completed_at == EPOCH - 60


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": EPOCH + 60},
        {"url_expires_at": EPOCH + 60},
        {"file_output": {"expires_at": EPOCH + 60}},
        {"video": {"url": LINK, "file_output": {"expires_at": EPOCH + 60}}},
        {"expires_in": 60},
        {"expires_at": EPOCH + 60, "url": f"{LINK}?Expires={EPOCH + 9:.0f}"},
    ],
)
async def test_a_stated_expiry_is_read_from_every_known_field(fields: dict[str, Any]) -> None:
    video = await parse_fields(status="completed", **fields)
    assert (video.expires_at, video.expires_by_link) == (EPOCH + 60, False)


async def test_a_signed_link_gives_the_expiry() -> None:
    video = await parse_fields(
        status="completed", url=f"{LINK}?X-Tos-Date=20251110T155002Z&X-Tos-Expires=86400"
    )
    assert (video.expires_at, video.expires_by_link) == (EPOCH + 86_400, True)


async def test_the_link_of_a_running_video_gives_no_expiry() -> None:
    video = await parse_fields(status="running", url=f"{LINK}?Expires={EPOCH + 60:.0f}")
    assert video.expires_at is None


async def test_files_of_a_gateway_without_a_token_never_expire() -> None:
    payload = {"id": "v1", "status": "completed"}
    assert (await parse_response(json_answer(payload), token="")).usual_life == float("inf")
    assert (await parse_response(json_answer(payload))).usual_life is None


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({"usage": {"cost": 0.5}}, Cost(0.5, "USD")),
        ({"quota": 5_750_000}, Cost(11.5, "USD")),
        ({"quota": 0}, Cost(0, "USD")),
        ({"usage": {"cost_in_usd_ticks": 4_200_000_000}}, Cost(0.42, "USD")),
        ({"credits": 20}, Cost(20, "credits")),
        ({"meta": {"usage": {"credits_used": 7}}}, Cost(7, "credits")),
        ({"usage": {"total_tokens": 108_900}}, None),
        ({"quota": -1}, None),
        ({"usage": {"cost": "free"}}, None),
        ({}, None),
    ],
)
async def test_a_cost_keeps_its_unit(fields: dict[str, Any], cost: Cost | None) -> None:
    assert (await parse_fields(status="completed", **fields)).cost == cost
