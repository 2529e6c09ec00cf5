"""`hingtui report ID` as a process: one video for a support ticket."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hingtui.system.clock import Clock
from tests.servers.gateway import TOKEN, Gateway
from tests.servers.sockets import json_answer
from tests.support.hostile_text import cells_of
from tests.support.processes import run
from tests.support.pty import clean_environ

SIGNED = "https://cdn.test/v.mp4?X-Amz-Signature=feedc0de"


def environ_of(home: Path, gateway: Gateway, **more: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return clean_environ(home, HINGNET_BASE_URL=gateway.url, HINGNET_API_KEY=TOKEN, **more)


def moderated(gateway: Gateway) -> None:
    gateway.video(
        "video_1",
        status="failed",
        prompt=f"a boat, see {SIGNED}",
        error={"code": "moderation_blocked", "message": f"Blocked for {TOKEN}. {SIGNED}"},
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_of_a_failed_video_explains_it_and_is_private(home: Path, language: str) -> None:
    with Gateway(Clock()) as gateway:
        moderated(gateway)
        environ = environ_of(home, gateway, HINGTUI_LANG=language, USER="zhangwei")
        assert run("add", "video_1", env=environ).returncode == 0
        done = run("report", "video_1", env=environ)
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    for word in (TOKEN, TOKEN[:8], "feedc0de", str(home), "zhangwei"):
        assert word not in text
    for word in ("video_1", "127.0.0.1", "videos", "moderation_blocked", "a boat", '"status"'):
        assert word in text
    assert {"en": "The moderation refused", "zh": "审核"}[language] in text
    head = text[: text.index('"status"')]
    assert max(map(cells_of, head.splitlines())) <= 80


def test_the_json_of_a_report_holds_diagnosis_statuses_and_response(home: Path) -> None:
    with Gateway(Clock()) as gateway:
        moderated(gateway)
        environ = environ_of(home, gateway)
        run("add", "video_1", env=environ)
        asked_before = len(gateway.requests)
        done = run("report", "video_1", "--json", env=environ)
        asked = [request.path for request in gateway.requests[asked_before:]]
    assert asked.count("/v1/videos/video_1") == 1
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert found["video"]["is_watched"]
    assert found["gateway"]["family"] == "videos"
    assert found["diagnosis"]["cause"] == "moderation"
    assert found["diagnosis"]["request_id"]
    assert [seen["status"] for seen in found["statuses"]] == ["failed"]
    assert json.loads(found["response"])["status"] == "failed"


@pytest.mark.slow
def test_a_failed_request_is_reported_with_its_body(home: Path) -> None:
    with Gateway(Clock()) as gateway:
        environ = environ_of(home, gateway)
        moderated(gateway)
        run("add", "video_1", env=environ)
        assert run("status", env=environ).returncode == 0  # it is in the history now
        run("remove", "video_1", env=environ)
        body = {"error": {"message": f"no such task, {TOKEN}", "token": "hush"}, "trace": SIGNED}
        gateway.fault("/v1/videos/video_1", json_answer(body, 404), times=9)
        found = json.loads(run("report", "video_1", "--json", env=environ).stdout)
    response = json.loads(found["response"])
    assert response["error"] == {"message": "no such task, …", "token": "…"}
    assert "feedc0de" not in found["response"]
    assert not found["video"]["is_watched"]
    assert found["diagnosis"]["cause"] == "moderation"  # as the history has it
    assert found["diagnosis"]["request_id"]


def test_an_unknown_id_ends_with_1_and_a_diagnosis(home: Path) -> None:
    with Gateway(Clock()) as gateway:
        done = run("report", "video_9", "--json", env=environ_of(home, gateway))
        assert done.returncode == 1
        assert json.loads(done.stdout)["diagnosis"]["what"]
        two = run("report", "video_1 video_2", env=environ_of(home, gateway))
    assert two.returncode == 1
    assert b"one id" in two.stderr
