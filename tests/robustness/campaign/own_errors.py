"""Faults that one video has at every request while the gateway works; each names its video."""

from __future__ import annotations

from tests.robustness.campaign.gateway import (
    CONTENT,
    RETRIEVE,
    STORAGE,
    Situation,
    WrongAnswer,
    as_json,
)
from tests.robustness.campaign.wrong_payload import accepted_without_a_word, in_another_status
from tests.servers.sockets import RESET, Answer, answer, json_answer

BODIES = (CONTENT, STORAGE)
PAGE = b"""<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>
<body><h1>Sorry, you have been blocked</h1><p>%b</p></body></html>"""
"""The page of a firewall in front of the gateway."""
TOKEN_WORDS = ("own: 401 JSON", "own: 402 JSON", "own: 403 JSON")
"""The faults that count as a refused token if many videos have them."""


def words(film_id: str) -> str:
    """The text of each message, different for each video."""
    return f"trouble that only <{film_id}> has"


def _json(status: int) -> WrongAnswer:
    def tell(s: Situation) -> Answer:
        error = {"message": words(s.film.id), "type": "one_hub_error", "code": "own"}
        return json_answer({"error": error}, status)

    return tell


def _page(status: int) -> WrongAnswer:
    def tell(s: Situation) -> Answer:
        body = PAGE % words(s.film.id).encode()
        return answer(status, body, content_type="text/html; charset=UTF-8", server="cloudflare")

    return tell


def breaks_down(s: Situation) -> Answer:
    return _json(s.rng.choice((500, 502, 503, 504, 520)))(s)


def is_reset(_s: Situation) -> Answer:
    return RESET


def wraps_an_error(s: Situation) -> Answer:
    """An error code with HTTP 200."""
    return json_answer({"code": 50411, "message": words(s.film.id), "data": None})


def is_garbage(s: Situation) -> Answer:
    body = s.rng.choice((b"", b"\xff\xfe\x00\x80", b"{", b"null", b"[]", b'{"id": 5}', b"[" * 9000))
    return answer(200, body, content_type="application/json")


def is_unknown(s: Situation) -> Answer:
    return json_answer({"code": "task_not_exist", "message": words(s.film.id), "data": None}, 404)


def is_deleted(s: Situation) -> Answer:
    s.film.is_deleted = True
    return _json(410)(s)


def is_a_text(s: Situation) -> Answer:
    body = s.rng.choice((as_json({"error": {"message": words(s.film.id)}}), PAGE, b"plain words"))
    kind = s.rng.choice(("application/json", "text/html", "video/mp4", "text/plain"))
    return answer(200, body, content_type=kind)


def has_raw_newlines(s: Situation) -> Answer:
    """Strings with newlines and tabs that are not escaped."""
    body = as_json(s.gateway.video(s.film)).replace(b"\\nplays", b"\n\tplays\r\n")
    return answer(200, body, content_type="application/json")


def has_a_broken_byte(s: Situation) -> Answer:
    """A byte that is no UTF-8, as in a prompt cut within a character."""
    body = as_json(s.gateway.video(s.film)).replace(b"a cat", b"a \xe7\x8c c\xffat")
    return answer(200, body, content_type="application/json")


WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    "own: 401 JSON": ((RETRIEVE,), _json(401)),
    "own: 402 JSON": ((RETRIEVE,), _json(402)),
    "own: 403 JSON": ((RETRIEVE,), _json(403)),
    "own: 401 page": ((RETRIEVE,), _page(401)),
    "own: 403 page": ((RETRIEVE,), _page(403)),
    "own: 5xx": ((RETRIEVE,), breaks_down),
    "own: 503 page": ((RETRIEVE,), _page(503)),
    "own: reset": ((RETRIEVE,), is_reset),
    "own: 400": ((RETRIEVE,), _json(400)),
    "own: 422": ((RETRIEVE,), _json(422)),
    "own: 50411 under 200": ((RETRIEVE,), wraps_an_error),
    "own: garbage": ((RETRIEVE,), is_garbage),
    "own: 404": ((RETRIEVE,), is_unknown),
    "own: 410": ((RETRIEVE,), is_deleted),
    "own: content 401 JSON": (BODIES, _json(401)),
    "own: content 402 JSON": (BODIES, _json(402)),
    "own: content 403 JSON": (BODIES, _json(403)),
    "own: content 403 page": (BODIES, _page(403)),
    "own: content 5xx": (BODIES, breaks_down),
    "own: content reset": (BODIES, is_reset),
    "own: content 400": (BODIES, _json(400)),
    "own: content 422": (BODIES, _json(422)),
    "own: content 410": ((CONTENT,), is_deleted),
    "own: content is a text": (BODIES, is_a_text),
    "own: storage 5xx": ((STORAGE,), breaks_down),
    "own: storage 403": ((STORAGE,), _page(403)),
    "harmless: always in another status": ((RETRIEVE,), in_another_status),
    "harmless: 202 while it runs": ((RETRIEVE,), accepted_without_a_word),
    "harmless: raw newlines": ((RETRIEVE,), has_raw_newlines),
    "harmless: a broken UTF-8 byte": ((RETRIEVE,), has_a_broken_byte),
}
"""Kinds that begin with `harmless` do not prevent the download of their video."""
