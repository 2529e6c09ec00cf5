"""Sentences about a list that a gateway does not offer; they quote its reason."""

from __future__ import annotations

import json

import pytest

from hingtui.api.pages import read_page
from hingtui.api.response_errors import Response
from hingtui.model.errors import ApiError, Forbidden, NotOffered, RateLimited, ServerError
from hingtui.model.no_list import lacks_list, no_list, no_more_pages, not_followed
from hingtui.model.quotation import quotation

LITELLM = {
    "error": {
        "message": "litellm.BadRequestError: LLM Provider NOT provided.",
        "type": "invalid_request_error",
        "param": None,
        "code": "400",
    }
}
FASTAPI = {"detail": [{"type": "missing", "loc": ["query", "team"], "msg": "Field required"}]}
NEW_API = {"error": {"message": "Invalid URL (GET /v1/videos)", "type": "invalid_request_error"}}
NGINX = b"<html><head><title>404 Not Found</title></head></html>"


def error_of(status: int, body: object, content_type: str = "application/json") -> ApiError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status, {"content-type": content_type}, data)
    with pytest.raises(ApiError) as raised:
        read_page(response, None, 100, here=1.0)
    return raised.value


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, LITELLM, "HTTP 400: litellm.BadRequestError: LLM Provider NOT provided"),
        (400, {"error": {"code": "400"}}, "HTTP 400"),
        (400, {"code": 400, "message": "400"}, "HTTP 400"),
        (400, {}, "HTTP 400"),
        (400, b"no such parameter", "HTTP 400: no such parameter"),
        (404, NEW_API, "HTTP 404: invalid_request_error: Invalid URL (GET /v1/videos)"),
        (404, NGINX, "HTTP 404: Not Found"),
        (405, {"detail": "Method Not Allowed"}, "HTTP 405: Method Not Allowed"),
        (405, b"", "HTTP 405"),
        (422, FASTAPI, "HTTP 422: missing: Field required"),
        (501, {"error": {"message": "501", "code": 501}}, "HTTP 501"),
        (200, b"<html>console</html>", "The gateway sends a web page instead of a list"),
        (200, {"ok": True}, "The response contains no list of videos"),
        (200, {"code": 1, "message": "列表未开放。"}, "列表未开放"),
    ],
)
def test_the_gateways_reason_is_quoted_and_no_code_repeated(
    status: int, body: object, reason: str
) -> None:
    error = error_of(status, body)
    assert lacks_list(error)
    assert no_list(error) == f"This gateway has no list that hingtui can read ({reason})."
    assert f"({reason})" in no_more_pages(error)
    assert not_followed("relay", error).endswith(
        f"cannot be followed; add its videos by their ids. "
        f"It has no list that hingtui can read ({reason})."
    )


def test_a_family_without_a_list_has_no_reason() -> None:
    error = NotOffered("This gateway has no list of your videos.")
    assert no_list(error) == "This gateway has no list of the account's videos."
    assert "It has no list of the account's videos." in not_followed("relay", error)


@pytest.mark.parametrize("kind", [Forbidden, RateLimited, ServerError])
def test_an_error_that_may_pass_says_nothing_about_the_list(kind: type[ApiError]) -> None:
    assert not lacks_list(kind(http_status=500))


def test_a_long_reason_is_cut_except_in_the_details() -> None:
    error = error_of(400, {"error": {"message": "why " * 100}})
    assert len(no_list(error)) < 220
    assert no_list(error).endswith("why why…).")
    assert len(quotation(error)) > 390


def test_numbers_that_only_begin_like_the_status_stay() -> None:
    error = error_of(400, {"message": "4000 videos are too many"})
    assert quotation(error) == "HTTP 400 · 4000 videos are too many"
    error = error_of(400, {"message": "400 000 tokens are used"})
    assert quotation(error) == "HTTP 400 · 400 000 tokens are used"
