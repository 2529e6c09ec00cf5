"""Wrong HTTP of a gateway or a storage server: statuses, headers, ranges and lengths."""

from __future__ import annotations

import gzip
from email.utils import formatdate

from tests.robustness.campaign.gateway import (
    CONTENT,
    RETRIEVE,
    SIGNATURE,
    STORAGE,
    Situation,
    WrongAnswer,
    as_json,
)
from tests.servers.sockets import CLOSE, Answer, answer, json_answer

ANYWHERE = (RETRIEVE, CONTENT, STORAGE)
BODIES = (CONTENT, STORAGE)
HOSTILE = "\x1b]52;c;aGk=\x07[/] \x9b31m\u202e[@click=app.quit]\x00\r\nX: y"


def _words(s: Situation) -> bytes:
    """A body other than the requested one."""
    signed = f"see https://cdn.example/a.mp4?X-Signature={SIGNATURE}"
    return s.rng.choice(
        (
            b"",
            b"   ",
            as_json({"error": {"message": f"trouble {HOSTILE}", "type": "one_hub_error"}}),
            as_json({"code": "internal_error", "message": signed, "data": None}),
            as_json({"error": "bad"}),
            as_json([]),
            as_json(None),
            b"<!doctype html><title>Please log in</title><p>hello",
            b"plain words \x1b[31m and \x07 a bell",
            b'{"cut": "sho',
            b"\xff\xfe\x00\x01garbage\x80",
            b"[" * 5_000,
        )
    )


def _type(s: Situation) -> str:
    return s.rng.choice(("application/json", "text/html; charset=utf-8", "text/plain", ""))


def says_slow_down(s: Situation) -> Answer:
    later = formatdate(s.clock.now + 20, usegmt=True)
    value = s.rng.choice(
        (
            "",
            "0",
            "2",
            "5",
            "30",
            "-3",
            "1e9",
            "99999999999",
            "soon",
            "3599",
            later,
            "Mon, 99 Foo 99",
        )
    )
    more = [("Retry-After", value)] if value else []
    return answer(429, _words(s), *more, content_type=_type(s))


def fails_for_now(s: Situation) -> Answer:
    status = s.rng.choice((500, 502, 503, 504, 408, 520, 599))
    return answer(status, _words(s), content_type=_type(s))


def denies(s: Situation) -> Answer:
    status = s.rng.choice((401, 401, 403, 402, 407))
    return answer(status, _words(s), content_type=_type(s))


def is_not_ready(s: Situation) -> Answer:
    status = s.rng.choice((202, 400, 404, 409, 425, 204))
    body = b"" if status == 204 else as_json({"error": {"message": "not finished yet"}})
    return answer(status, body, content_type="application/json")


def knows_nothing(s: Situation) -> Answer:
    status = s.rng.choice((404, 400, 410))
    return json_answer({"code": "task_not_exist", "message": HOSTILE, "data": None}, status)


def has_deleted_it(s: Situation) -> Answer:
    s.film.is_deleted = True
    return answer(410, _words(s), content_type=_type(s))


def answers_with_words(s: Situation) -> Answer:
    return answer(200, _words(s), content_type=_type(s))


def has_odd_status(s: Situation) -> Answer:
    status = s.rng.choice((203, 204, 205, 207, 226, 300, 304, 305, 418, 451, 511, 999))
    return [answer(status, b"" if status in (204, 304) else _words(s)), CLOSE]


def is_packed(s: Situation) -> Answer:
    coding = s.rng.choice(("gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip"))
    body = gzip.compress(s.film.data)
    return answer(200, body, content_type="video/mp4", content_encoding=coding)


def refuses_range(s: Situation) -> Answer:
    total = len(s.film.data)
    start = s.start or 0
    value = s.rng.choice((total, total + 1, start, 0, None, 10**17))
    more = [] if value is None else [("Content-Range", f"bytes */{value}")]
    return answer(416, b"", *more)


def sends_from_elsewhere(s: Situation) -> Answer:
    if not s.holds_file:
        return fails_for_now(s)
    if s.start is None:
        total, shift = len(s.film.data), s.rng.randrange(1, 2000)
        rest = s.film.data[shift:]
        head = ("Content-Range", f"bytes {shift}-{total - 1}/{total}")
        return answer(206, rest, head, content_type="video/mp4")
    shift = s.rng.choice((-s.start, -100, -1, 1, 50))
    return s.right(shift=max(shift, -s.start))


def sends_a_piece_unasked(s: Situation) -> Answer:
    """A 206, without a range request, with correct bytes from 0 on but not all of them."""
    if not s.holds_file or s.start is not None:
        return fails_for_now(s)
    total = len(s.film.data)
    end = s.rng.randrange(1, total)
    head = ("Content-Range", f"bytes 0-{end - 1}/{total}")
    s.gateway.served.append((s.film.id, len(s.film.versions) - 1))
    return answer(206, s.film.data[:end], head, content_type="video/mp4")


def says_nonsense_of_range(s: Situation) -> Answer:
    if not s.holds_file:
        return fails_for_now(s)
    start, total = s.start or 0, len(s.film.data)
    value = s.rng.choice(
        (
            "",
            "bytes",
            f"bytes {start}-{total - 1}/{total + 7}",
            f"bytes {start}-{total - 1}/1",
            f"bytes {total}-{start}/{total}",
            f"octets {start}-{total - 1}/{total}",
            f"bytes {start}-{total - 1}/{10**30}",
            f"bytes -1-{total}/{total}",
            f"bytes {start + 1}-{total - 1}/*",
        )
    )
    s.film.offers[s.film.data] += start == 0
    return s.right(status=206, headers={"Content-Range": value}, body=s.film.data[start:])


def sends_many_parts(s: Situation) -> Answer:
    boundary = b"--x\r\nContent-Type: video/mp4\r\n\r\n" + s.film.data[:500] + b"\r\n--x--"
    return answer(206, boundary, content_type="multipart/byteranges; boundary=x")


def ignores_range(s: Situation) -> Answer:
    return s.right(ranges=False) if s.holds_file else fails_for_now(s)


def changes_its_tag(s: Situation) -> Answer:
    """The same file with another ETag."""
    return s.right(etag=f'"moved-{s.rng.random()}"') if s.holds_file else s.right()


def has_odd_tag(s: Situation) -> Answer:
    tag = s.rng.choice(('W/"x"', "unquoted", '""', '"a b"', '"' + "x" * 9000 + '"', "*", '"\xe9"'))
    return s.right(etag=tag) if s.holds_file else s.right()


def lies_about_length(s: Situation) -> Answer:
    if not s.holds_file:
        return fails_for_now(s)
    rest = len(s.film.data) - (s.start or 0)
    value = s.rng.choice(
        (
            rest + 1,
            rest + 5000,
            max(1, rest - 1),
            max(1, rest // 2),
            0,
            -1,
            10**15,
            10**40,
            "abc",
            f"{rest}, {rest}",
            f"{rest}, {rest + 1}",
            "\xb2",
        )
    )
    if value == f"{rest}, {rest}":
        s.film.is_promised = True  # RFC 9110, 8.6: the same length twice
    if isinstance(value, int) and 0 < value < len(s.film.data):
        s.film.offers[s.film.present(s.clock.now)[:value]] += 1
    return [*s.right(length="stated", headers={"Content-Length": str(value)}), CLOSE]


def says_length_twice(s: Situation) -> Answer:
    whole = s.whole()
    s.film.offers[whole.partition(b"\r\n\r\n")[2][:3]] += 1  # in case this is the only length
    return [whole.replace(b"\r\n", b"\r\nContent-Length: 3\r\n", 1), CLOSE]


def cuts_without_length(s: Situation) -> Answer:
    """A body that ends with the connection, so that nothing shows that it is cut."""
    if not s.holds_file:
        return fails_for_now(s)
    rest = len(s.film.data) - (s.start or 0)
    return s.right(length="unstated", cut=s.rng.randrange(0, max(1, rest)))


def ends_chunks_early(s: Situation) -> Answer:
    """Chunks that end correctly but too early."""
    if not s.holds_file:
        return fails_for_now(s)
    rest = len(s.film.data) - (s.start or 0)
    return s.right(length="chunked", cut=s.rng.randrange(1, max(2, rest)), end=None)


def breaks_its_chunks(s: Situation) -> Answer:
    if not s.holds_file:
        return fails_for_now(s)
    whole = s.whole(length="chunked", piece=1000)
    begin, chunk = whole.index(b"\r\n\r\n") + 4, len(b"3e8\r\n") + 1000 + len(b"\r\n")
    at = begin + chunk * s.rng.randrange(max(1, (len(whole) - begin) // chunk))
    return [
        whole[:at] + s.rng.choice((b"zz\r\n", b"-5\r\n", b"\r\n\r\n", b"f" * 30 + b"\r\n")),
        CLOSE,
    ]


def sends_a_torn_file(s: Situation) -> Answer:
    """A consistent response, but the file on the server is incomplete."""
    if not s.holds_file:
        return fails_for_now(s)
    data = s.film.data
    torn = s.rng.choice(
        (
            data[: s.rng.randrange(1, len(data))],
            data.replace(b"moov", b"moow", 1),
            bytes(len(data)),
            data[:40] + bytes(len(data) - 40),
            b"\0\0\0\x18ftypisom" + data[40:],
        )
    )
    is_hollow = torn.startswith(data[:40]) and not any(torn[40:])
    # If nothing in the file can be verified, only its stated length is known.
    s.film.offers[torn] += 2 if is_hollow else 1
    return s.right(body=torn, etag=f'"torn-{s.rng.random()}"', headers={})


def sends_more_than_promised(s: Situation) -> Answer:
    """Chunks with more bytes than the Content-Range states."""
    if not s.holds_file or s.start is None:
        return fails_for_now(s)
    parts = s.right(length="chunked", body=None)
    whole = b"".join(part for part in parts if isinstance(part, bytes))
    if whole[9:12] != b"206":  # no length is stated, so it could not be noticed
        return whole
    return [whole.removesuffix(b"0\r\n\r\n") + b"5\r\nabcde\r\n0\r\n\r\n", CLOSE]


def calls_it_text(s: Situation) -> Answer:
    return s.right(type=s.rng.choice(("text/html", "application/json", "x", "image/png")))


def quotes_the_token(s: Situation) -> Answer:
    """An error that quotes the token and the URL."""
    value = s.request.headers.get("authorization", "") + s.request.target
    return json_answer({"error": {"message": f"refused: {value}"}}, s.rng.choice((400, 500, 502)))


WRONG_ANSWERS: dict[str, tuple[tuple[str, ...], WrongAnswer]] = {
    "http: 429": (ANYWHERE, says_slow_down),
    "http: 5xx or 408": (ANYWHERE, fails_for_now),
    "http: denied for once": (ANYWHERE, denies),
    "http: not ready": (BODIES, is_not_ready),
    "http: unknown id for once": (ANYWHERE, knows_nothing),
    "http: 410": ((RETRIEVE, CONTENT), has_deleted_it),
    "http: words instead": (ANYWHERE, answers_with_words),
    "http: odd status": (ANYWHERE, has_odd_status),
    "http: packed": (BODIES, is_packed),
    "http: 416": (BODIES, refuses_range),
    "http: 206 from elsewhere": (BODIES, sends_from_elsewhere),
    "http: 206 unasked": (BODIES, sends_a_piece_unasked),
    "http: nonsense Content-Range": (BODIES, says_nonsense_of_range),
    "http: many parts": (BODIES, sends_many_parts),
    "http: 200 to a Range": (BODIES, ignores_range),
    "http: another ETag": (BODIES, changes_its_tag),
    "http: odd ETag": (BODIES, has_odd_tag),
    "http: wrong length": (BODIES, lies_about_length),
    "http: two lengths": (ANYWHERE, says_length_twice),
    "http: no length, and cut": (BODIES, cuts_without_length),
    "http: chunks end early": (BODIES, ends_chunks_early),
    "http: broken chunks": (BODIES, breaks_its_chunks),
    "http: torn file": (BODIES, sends_a_torn_file),
    "http: more than promised": (BODIES, sends_more_than_promised),
    "http: wrong type": (BODIES, calls_it_text),
    "http: the token quoted": (ANYWHERE, quotes_the_token),
}
