"""JSON of a video that differs from the specification."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.robustness.campaign.film import iso
from tests.robustness.campaign.gateway import RETRIEVE, SIGNATURE, Situation, WrongAnswer, as_json
from tests.robustness.campaign.wrong_http import HOSTILE
from tests.servers.gateway import TOKEN
from tests.servers.sockets import Answer, answer, json_answer

Payload = dict[str, Any]
Change = Callable[[Payload, random.Random, Situation], object]


def _truth(s: Situation) -> Payload:
    return s.gateway.video(s.film)


def _changed(change: Change) -> WrongAnswer:
    """A wrong response whose JSON is the changed or replaced correct object."""

    def tell(s: Situation) -> Answer:
        found = _truth(s)
        return json_answer(change(found, s.rng, s))

    return tell


def unknown_word(found: Payload, rng: random.Random, _s: Situation) -> object:
    word: object = rng.choice(
        ("dreaming", "", None, 7, True, [], {}, "PROCESSING…", "排队中", HOSTILE)
    )
    return found | {"status": word}


def runs_again(found: Payload, _rng: random.Random, _s: Situation) -> object:
    return found | {"status": "processing", "progress": 3, "completed_at": None}


def ready_too_early(found: Payload, rng: random.Random, s: Situation) -> object:
    if s.film.traits.fails:
        return found  # otherwise it could never be saved
    return found | {"status": rng.choice(("success", "completed")), "progress": 100}


def odd_progress(found: Payload, rng: random.Random, _s: Situation) -> object:
    value = rng.choice((-5, 150, "45%", "1e999", None, True, "", "NaN", [1], 1e308, "９"))
    return found | {"progress": value}


def odd_times(found: Payload, rng: random.Random, _s: Situation) -> object:
    for name in ("created_at", "completed_at", "expires_at"):
        if (moment := found.get(name)) is not None:
            forms = (moment * 1000, str(moment), iso(moment), -1, None, 0, "soon", 1e300, [moment])
            found[name] = rng.choice(forms)
    return found


def odd_numbers(found: Payload, rng: random.Random, _s: Situation) -> object:
    return found | {
        "seconds": rng.choice((4, "4", None, -1, "4s", [], 1e99)),
        "size": 7,
        "model": 3,
    }


def another_id(found: Payload, rng: random.Random, _s: Situation) -> object:
    return found | {"id": rng.choice(("task_upstream", "", None, 5, HOSTILE, "x" * 5000))}


def hostile_text(found: Payload, rng: random.Random, _s: Situation) -> object:
    texts = (
        HOSTILE,
        HOSTILE * 500,
        "\ud800 lone",
        "\x9d8;;http://x\x9c",
        "a\u0301" * 3 + "\u0301" * 50,
    )
    for name in ("prompt", "model", "size", "seconds", "remixed_from_video_id", "status_text"):
        found[name] = rng.choice(texts)
    return found


def hostile_error(found: Payload, rng: random.Random, _s: Situation) -> object:
    words = f"{HOSTILE} Bearer {TOKEN} at https://x.example/a?X-Signature={SIGNATURE} failed"
    error: object = rng.choice(
        ({"code": HOSTILE, "message": words}, words, [], 5, {"message": None})
    )
    return found | {"error": error}


def wrapped(found: Payload, rng: random.Random, _s: Situation) -> object:
    return rng.choice(
        (
            {"code": "success", "message": "", "data": found},
            {"data": {"data": found}},
            {"result": found, "status": "success"},
        )
    )


def other_names(found: Payload, rng: random.Random, _s: Situation) -> object:
    name = rng.choice(("task_status", "state"))
    return {**found, name: found.pop("status")}


def another_shape(found: Payload, rng: random.Random, _s: Situation) -> object:
    return rng.choice(([found], [], {}, None, "ready", 5, {"data": []}, {"id": found["id"]}))


def odd_link(found: Payload, rng: random.Random, s: Situation) -> object:
    nobody = s.gateway.hosts.nobody
    places = ("file:///etc/passwd", HOSTILE, 5, {"url": "x"}, f"{nobody}/x?X-Signature={SIGNATURE}")
    return found | {"video_url": rng.choice(places)}


def raw_body(s: Situation) -> Answer:
    whole = as_json(_truth(s))
    body = s.rng.choice(
        (
            whole[: s.rng.randrange(len(whole))],
            b"\xef\xbb\xbf" + whole,
            whole.replace(b'"progress": ', b'"progress": NaN, "p": ', 1),
            whole.replace(b'"progress": ', b'"progress": 1e999, "p": ', 1),
            whole.replace(b'"created_at": ', b'"created_at": ' + b"9" * 5000 + b', "c": ', 1),
            whole.replace(b"a cat\\nplays", b"a\tcat\nplays"),
            whole.replace(b"a cat", b"a c\xffat"),
            b"[" * 100_000,
            b'{"a":' * 50_000,
            whole + whole,
            whole.replace(b"a cat", b"\xff\xfe"),
            whole[:-1] + b', "pad": "' + b"x" * 300_000 + b'"}',
        )
    )
    return answer(200, body, content_type="application/json")


def in_another_status(s: Situation) -> Answer:
    """The correct JSON with another HTTP status."""
    statuses = (201, 202, 203, 207, 226, 400, 402, 403, 404, 409, 422, 500, 502, 503)
    return json_answer(_truth(s), s.rng.choice(statuses))


def accepted_without_a_word(s: Situation) -> Answer:
    """A response without a video while it runs; the correct one once it is finished."""
    if s.clock.now >= s.film.ready_at:
        return s.right()
    return answer(s.rng.choice((201, 202)), s.rng.choice((b"", b"Accepted", b"{}")))


CHANGES: dict[str, Change] = {
    "unknown word": unknown_word,
    "finished, then processing": runs_again,
    "ready too early": ready_too_early,
    "odd progress": odd_progress,
    "odd times": odd_times,
    "odd numbers": odd_numbers,
    "another id": another_id,
    "hostile text": hostile_text,
    "hostile error": hostile_error,
    "wrapped": wrapped,
    "other names": other_names,
    "another shape": another_shape,
    "odd link": odd_link,
}
WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    **{f"payload: {name}": ((RETRIEVE,), _changed(change)) for name, change in CHANGES.items()},
    "payload: broken JSON": ((RETRIEVE,), raw_body),
    "payload: in another status": ((RETRIEVE,), in_another_status),
    "payload: 202 while it runs": ((RETRIEVE,), accepted_without_a_word),
}
