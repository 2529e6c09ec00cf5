"""Secrets are redacted in messages, the log and tracebacks, and other text is kept."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.system.log import SafeFormatter
from hingtui.text.redaction import redacted, without_controls
from tests.servers.leaky import PASSWORD, SIGNATURE, TOKEN, leaks

WORDS = st.text(max_size=20)
NAMES = st.text("abcXYZ019_-.", min_size=1, max_size=12)
VALUES = st.text("abcXYZ019_-.~+/=!'*()", max_size=12)
WRAPS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "json": json.dumps,
    "json in json": lambda text: json.dumps(json.dumps({"url": text})),
    "slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "unicode escapes": lambda text: (
        json.dumps(text).replace("=", "\\u003d").replace("&", "\\u0026")
    ),
    "repr": repr,
    "bytes": lambda text: repr(text.encode()),
    "dict": lambda text: repr({"Location": text, b"location": text.encode()}),
    "tag": lambda text: f'<a href="{text.replace("&", "&amp;")}">it</a>',
    "angles": lambda text: f"<{text}>",
    "markdown": lambda text: f"[it]({text})",
    "sentence": lambda text: f"请求失败：{text}，请重试。",
    "go": lambda text: f'Get "{text}": EOF',
    "quoted": lambda text: quote(text, safe=""),
    "quoted twice": lambda text: quote(quote_plus(text), safe=""),
    "in a query": lambda text: f"https://proxy.example/?target={quote(text, safe='')}",
}


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A signed query whose only or one of several values holds the signature."""
    pairs = draw(st.lists(st.tuples(NAMES, VALUES), max_size=3))
    at = draw(st.integers(0, len(pairs)))
    pairs.insert(at, (draw(NAMES), draw(VALUES) + SIGNATURE + draw(VALUES)))
    return "&".join(f"{name}={value}" for name, value in pairs)


PLACES = st.sampled_from(
    [
        "https://cdn.example/files/a.mp4?",
        "http://127.0.0.1:9000/a%20b.mp4?",
        "HTTPS://[2001:db8::1]:8443/?",
        "https://cdn.example/a.mp4#",
        "s3://bucket/key?",
        "//cdn.example/a.mp4?",
        "cdn.example/a.mp4?",
        "/files/a.mp4?",
        "a.mp4?",
    ]
)
TOKENS = st.sampled_from(
    [
        TOKEN,
        f"Bearer {TOKEN}",
        f"'Authorization': 'Bearer {TOKEN}'",
        TOKEN.upper().replace(TOKEN[3:].upper(), TOKEN[3:]),
        TOKEN[: len(TOKEN) - 7],
    ]
)
PASSWORDS = st.sampled_from(
    [
        f"http://me:{PASSWORD}@proxy.example:8080",
        f"socks5h://me:{PASSWORD}/#?@proxy.example",
        f"https://{PASSWORD}@proxy.example/path",
    ]
)
SECRETS = st.one_of(
    TOKENS,
    PASSWORDS,
    st.tuples(PLACES, queries()).map("".join),
    st.integers(0, 4).map(lambda n: base64.b64encode(b"x" * n + TOKEN.encode()).decode()),
)


def formatted(message: str, *values: object, error: BaseException | None = None) -> str:
    info = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("hingtui", logging.ERROR, "x.py", 1, message, values, info)
    return SafeFormatter([TOKEN]).format(record)


@given(wrap=st.sampled_from(sorted(WRAPS)), before=WORDS, secret=SECRETS, after=WORDS)
def test_no_log_line_holds_a_secret(wrap: str, before: str, secret: str, after: str) -> None:
    assert leaks(formatted("%s %s %s", before, WRAPS[wrap](secret), after)) == []


@given(secret=st.one_of(TOKENS, st.tuples(PLACES, queries()).map("".join)), at=st.integers(0, 80))
def test_a_secret_split_over_two_log_arguments_is_redacted(secret: str, at: int) -> None:
    assert leaks(formatted("%s%s", secret[:at], secret[at:])) == []


@given(first=SECRETS, second=SECRETS, third=SECRETS)
def test_no_traceback_holds_a_secret(first: str, second: str, third: str) -> None:
    error = _chained(first, second, third)
    line = formatted("it failed: %r", error, error=error)
    assert "direct cause" in line
    assert "During handling" in line
    assert leaks(line) == []


def _chained(first: str, second: str, third: str) -> BaseException:
    """An error with a note, whose cause was raised while another error was handled."""
    cause = ValueError(second)
    cause.__context__ = KeyError(first)
    error = ExceptionGroup(third, [RuntimeError(first)])
    error.__cause__ = cause
    error.add_note(third)
    return error


@given(wrap=st.sampled_from(sorted(WRAPS)), before=WORDS, secret=SECRETS, after=WORDS)
def test_no_message_holds_a_secret(wrap: str, before: str, secret: str, after: str) -> None:
    assert leaks(redacted(f"{before} {WRAPS[wrap](secret)} {after}", (TOKEN, PASSWORD))) == []


@given(st.tuples(PLACES, queries()).map("".join), WORDS)
def test_a_link_in_a_prompt_loses_its_query(link: str, words: str) -> None:
    assert not link.partition("://")[1] or not leaks(redacted(f"{words} {link}", only_urls=True))


@given(st.integers(5, len(TOKEN) - 1), WORDS)
def test_a_truncated_token_at_the_end_is_redacted(length: int, before: str) -> None:
    assert redacted(f"{before} {TOKEN[:length]}", (TOKEN,)).endswith("…")


@pytest.mark.parametrize(
    "words",
    [
        "What is this? A video, perhaps: 16:9 (what? no answer) ok?",
        "视频不存在?请重试。状态=失败",
        "Bearer token is missing",
        "invalid token: expired",
        "see https://gateway.example/v1/videos/video_1 and https://h.example/a?",
        "it is at 10.0.0.1:8080, or [::1]:80",
        "oh-so-nice, 100% done & saved",
        "user@example.com wrote to https://h.example:8080/@me",
    ],
)
def test_ordinary_text_is_not_redacted(words: str) -> None:
    assert redacted(words, (TOKEN,)) == words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('Get "https://cdn.example/a.mp4?Sig=x": EOF', 'Get "https://cdn.example/a.mp4?…": EOF'),
        ("失败：https://cdn.example/a?x=1，请重试", "失败：https://cdn.example/a?…，请重试"),
        ('{"url":"https://h.example/a?b=c","code":7}', '{"url":"https://h.example/a?…","code":7}'),
        ("http://me:pw@proxy.example:80 is dead", "http://…@proxy.example:80 is dead"),
        (f"令牌 {TOKEN} 无效", "令牌 … 无效"),
        ("next=https%3A%2F%2Fh.example%2Fa%3Fb%3Dc end", "next=https://h.example/a?… end"),
    ],
)
def test_the_text_around_a_secret_is_kept(text: str, kept: str) -> None:
    assert redacted(text, (TOKEN,)) == kept


@pytest.mark.parametrize(
    "text",
    [
        f"cdn.example%2Fa.mp4%23{SIGNATURE}",
        f"next=%2Fa.mp4%23sig%3D{SIGNATURE} end",
        f"next=%252Fa.mp4%2523sig%253D{SIGNATURE} end",
        f"cdn.example%2Fa.mp4%3F{SIGNATURE}",
        f"a%253F{SIGNATURE}",
    ],
)
def test_an_encoded_query_or_fragment_is_redacted(text: str) -> None:
    assert leaks(redacted(text)) == []


def test_redaction_of_an_encoded_query_ends_at_the_blank() -> None:
    assert redacted("GET a.mp4%23Sig%3Dx failed twice") == "GET a.mp4?… failed twice"


def test_control_characters_are_escaped_in_the_log() -> None:
    line = formatted("from a server: %s\nnext\tline", "\x1b]52;c;eA==\x07 \x9b1m \u202e \r \ud800")
    assert line.endswith(r"\x1b]52;c;eA==\x07 \x9b1m \u202e \r \ud800" + "\nnext\tline")
    assert without_controls("视频 ok\n") == "视频 ok\n"


@pytest.mark.parametrize(
    "piece",
    [
        "http://",
        "a://b:",
        "://a:b@",
        "?",
        "&a",
        "%3f",
        "%25",
        "\\",
        "oh-",
        "bearer ",
        "x-amz-",
        ".",
    ],
)
def test_hostile_text_is_redacted_quickly(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    began = time.perf_counter()
    redacted(text + " ?", (TOKEN,))
    assert time.perf_counter() - began < 1.0
