"""The last response about each video is kept in bounded memory, and shown without secrets."""

from __future__ import annotations

import json

import pytest

from hingtui.api.raw_response import MOST, MOST_OF_ERROR, RawErrorBody, RawResponse
from hingtui.model.key import VideoKey
from hingtui.monitor.raw_responses import MOST_BYTES, RawResponses


def key(number: int) -> VideoKey:
    return VideoKey("default", f"video_{number}")


def test_the_last_response_replaces_the_one_before() -> None:
    kept = RawResponses()
    kept.keep(key(1), RawResponse({"status": "queued"}, 20))
    kept.keep(key(1), RawResponse({"status": "completed"}, 20))
    raw = kept.get(key(1))
    assert raw is not None
    assert "completed" in raw.text()


def test_the_oldest_are_dropped_where_there_are_too_many() -> None:
    kept = RawResponses()
    for number in range(200):
        kept.keep(key(number), RawResponse({}, MOST_BYTES // 100))
    assert kept.get(key(99)) is None
    assert kept.get(key(100)) is not None


def test_a_huge_response_is_not_kept() -> None:
    kept = RawResponses()
    kept.keep(key(1), RawResponse({}, 20))
    kept.keep(key(1), RawResponse({}, MOST_BYTES))
    assert kept.get(key(1)) is None


def test_quotes_beside_a_signed_link_leave_valid_json() -> None:
    payload = {
        "a": 'open "https://s.example/v.mp4?sig=x" or \\"https://s.example/?k=y\\"',
        "b": [1],
    }
    text = RawResponse(payload, 100).text()
    assert json.loads(text)["b"] == [1]
    assert "sig=x" not in text


@pytest.mark.parametrize("name", ["token", "api_key", "X-Amz-Signature", "authorization"])
def test_a_value_whose_name_says_that_it_is_secret_is_removed(name: str) -> None:
    assert "hush123" not in RawResponse({"video": {name: "hush123"}}, 30).text()


def test_a_long_response_is_cut() -> None:
    payload = {str(number): "表" * 1000 for number in range(100)}
    assert len(RawResponse(payload, 1).text()) < MOST + 10


def test_the_body_of_an_error_is_cut_and_has_no_secrets() -> None:
    assert json.loads(RawErrorBody(b'{"a": "t0psecret", "sig": "x9"}', ("t0psecret",)).text()) == {
        "a": "…",
        "sig": "…",
    }
    page = b"<html><title>502</title>\x1b[31m<SecurityToken>hush123</SecurityToken>"
    text = RawErrorBody(page + b"x" * MOST_OF_ERROR).text()
    assert text.startswith("<html><title>502</title>")
    assert "hush123" not in text
    assert "\x1b" not in text
    assert text.endswith("\n…")
    assert len(text) < MOST_OF_ERROR + 10


def test_nesting_too_deep_to_be_written_gives_no_text() -> None:
    deep: object = []
    for _level in range(100_000):
        deep = [deep]
    assert RawResponse(deep, 1).text() == ""
