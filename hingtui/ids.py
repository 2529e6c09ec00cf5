"""Knows how to find video ids in whatever a person pastes; asks no server whether they exist.

It must not know the watchlist. What it hands back holds no token and no query of a signed URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from hingtui.text import clean_block, clean_line

PASTE_LIMIT = 20_000_000
"""Characters looked at; whatever comes after them is left out."""

_ID = re.compile(r"(?=[^0-9_]*[0-9_])[A-Za-z0-9._:~/+=@-]{3,512}")
_ID_KEYS = ("id", "video_id", "task_id")
_ID_LIST_KEYS = frozenset({"ids", "video_ids", "task_ids", "videos", "data"})

_COLOURS = re.compile(r"\x1b\[[0-9;:<=>?]*[ -/]*[@-~]")
# A command begins a line, perhaps behind a prompt, or follows another one;
# it goes on over lines that end in \ ^ or `.
_CURL_OR_JSON = re.compile(
    r"(?P<curl>(?:^[^\S\n]*(?:[^\n]{0,120}?[$#%>❯➜][ ])?|[;&|][ ]?)curl(?:\.exe)?[ ]"
    r"(?:[^\n\\^`]|[\\^`]\n?)*)"
    r"|[{\[]",
    re.MULTILINE,
)
_URL = re.compile(r"(?i)https?://(?:(?![,;]https?://)[^\s\"'<>`\\，；、。“”‘’（）【】《》「」])+")
_IN_PATH = re.compile(r"(?:^|/)videos/([^/?#]+)")
_MEMBER = re.compile(r"""["']\w{1,40}["']\s{0,9}:""")
_ID_MEMBER = re.compile(
    r"""["'](?:id|video_id|task_id)["']\s{0,9}:\s{0,9}["']?([^"',\s{}\[\]]{3,512})"""
)
_BETWEEN_WORDS = re.compile("[\\s,;\"'`()\\[\\]{}<>|\\\\，；、。：“”‘’「」『』（）【】《》！？…]+")
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]+")
_LABEL = re.compile(r"(?i)\A(?:[\w-]{0,40}(?:[_-]|[^\x00-\x7f]|task|video))?id[=:]+")
_NOT_IDS = re.compile(
    r"(?i)id|video_id|task_id|video_url|(?:created|completed|expires)_at|in_progress"
    r"|[a-z_]{1,40}="  # a shell variable whose value stands in quotes
    r"|\d{2,5}[x*]\d{2,5}"  # a size
    r"|\d{1,4}(?:[-:/.]\d{1,4}){1,2}"  # a date, a time, a number
    r"|sora-2(?:-pro)?|veo-\d[\w.]*(?:-[a-z]+)*"  # the models of the documentation
)
_TOKEN = re.compile(r"(?i)(?:^|[=:])(?:oh|sk)-[\w-]{8,}")
_JSON_TROUBLE = 50_000
"""What a JSON text that cannot be read costs at least, in characters of the work allowed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text holds."""

    ids: tuple[str, ...]
    """In the order met, each once."""
    rejected: tuple[str, ...]
    """The words that are no id, cleaned; a secret among them is cut short."""


def find_ids(text: str) -> Found:
    """The ids in `text`: plain, in URLs, in JSON, in JSON lines, or in pasted curl commands."""
    ids: dict[str, None] = {}
    rejected: dict[str, None] = {}
    for word, is_id in _candidates(readable(text)):
        if is_id:
            ids[word] = None
        elif word := clean_line(word, 80):
            rejected[word] = None
    return Found(tuple(ids), tuple(rejected))


def readable(text: str) -> str:
    """What was pasted or piped in, as harmless lines without a terminal's colours."""
    return clean_block(_COLOURS.sub(" ", text[:PASTE_LIMIT]), PASTE_LIMIT)


def _candidates(text: str) -> Iterator[tuple[str, bool]]:
    """Every word that was meant as an id, in order, and whether it is one."""
    decoder = json.JSONDecoder()
    work = 8 * len(text) + 10 * _JSON_TROUBLE
    done = position = 0
    while work > 0 and (match := _CURL_OR_JSON.search(text, position)):
        if match["curl"]:
            found = list(_in_command(match["curl"]))
            end = match.end()
        else:
            try:
                value, end = decoder.raw_decode(text, match.start())
            except (ValueError, RecursionError) as error:
                reached = error.pos if isinstance(error, json.JSONDecodeError) else 0
                work -= max(reached - match.start(), _JSON_TROUBLE // 100)
                work -= reached // 64  # each such error counts the lines before it
                if isinstance(error, RecursionError):
                    work -= _JSON_TROUBLE
                position = match.end()
                continue
            found = list(_in_json(value))
        yield from _in_prose(text[done : match.start()])
        yield from found
        done = position = end
    yield from _in_prose(text[done:])


def _in_json(value: object) -> Iterator[tuple[str, bool]]:
    """The ids in a decoded JSON value; what stands inside a video with an id is its own affair."""
    waiting: list[tuple[object, bool]] = [(value, True)]
    while waiting:
        current, strings_are_ids = waiting.pop()
        if isinstance(current, dict):
            word = next((w for key in _ID_KEYS if (w := _id_text(current.get(key)))), "")
            if word and current.get("object") != "list":
                yield _judged(word)
                continue
            inner = [(v, key in _ID_LIST_KEYS) for key, v in current.items()]
            waiting += [pair for pair in reversed(inner) if isinstance(pair[0], dict | list)]
        elif isinstance(current, list):
            waiting += [(item, strings_are_ids) for item in reversed(current)]
        elif isinstance(current, str) and strings_are_ids:
            yield from _in_prose(readable(current))  # JSON has escapes for every character


def _id_text(value: object) -> str:
    """The value of an id member as text; "" where it can be none."""
    if isinstance(value, str):
        return clean_line(value, 2000)
    if isinstance(value, int) and not isinstance(value, bool) and 99 < value < 10**40:
        return str(value)
    return ""


def _in_command(command: str) -> Iterator[tuple[str, bool]]:
    """The ids in the URLs of a curl command: its other words are options, tokens, file names."""
    for match in _URL.finditer(command):
        yield from _in_url(match[0])


def _in_prose(text: str) -> Iterator[tuple[str, bool]]:
    """The ids in plain text, line by line."""
    for line in text.split("\n"):
        if _MEMBER.search(line):  # a piece of JSON that was cut, or of another language's kind
            yield from (_judged(match[1]) for match in _ID_MEMBER.finditer(line))
            continue
        done = 0
        for match in _URL.finditer(line):
            yield from _in_words(line[done : match.start()])
            yield from _in_url(match[0])
            done = match.end()
        yield from _in_words(line[done:])


def _in_url(url: str) -> list[tuple[str, bool]]:
    match = _IN_PATH.search(re.split("[?#]", url, maxsplit=1)[0])
    words = [unquote(word, errors="replace") for word in _split_segment(match)]
    if words and all(_ID.fullmatch(word) for word in words):
        return [(word, True) for word in words]
    # Credentials, queries and fragments can be secrets: only the host is named.
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return [(f"{scheme}://{host}/…", False)]


def _split_segment(match: re.Match[str] | None) -> list[str]:
    """The ids that stand in one segment of a path, whatever closed the sentence around it."""
    pieces = re.split("[,;]", match[1]) if match else []
    return [word for piece in pieces if (word := piece.rstrip(".:!)]}"))]


def _in_words(text: str) -> Iterator[tuple[str, bool]]:
    after_bearer = False
    for raw in _BETWEEN_WORDS.split(text):
        word = _LABEL.sub("", raw, count=1).strip(".:!?&*") if raw else ""
        if not word:
            continue
        is_secret = after_bearer or _TOKEN.search(word) is not None
        after_bearer = word.lower() == "bearer"
        if is_secret:
            yield f"{word[:3]}…", False
        elif _IN_PATH.search(word):
            yield from _in_url(f"https://…/{word}")
        elif pieces := [p for p in _HAN.split(word) if _is_plain_id(p)]:
            yield from ((piece, True) for piece in pieces)
        else:
            # What follows a `?` can be a signature.
            yield re.sub(r"\?.+", "?…", raw), False


def _is_plain_id(word: str) -> bool:
    """Whether a word standing alone is an id: no option, no path, no size, no name of a field."""
    return bool(_ID.fullmatch(word)) and word[0] not in "-/" and not _NOT_IDS.fullmatch(word)


def _judged(word: str) -> tuple[str, bool]:
    """A word that a JSON text calls an id."""
    if _TOKEN.search(word):
        return f"{word[:3]}…", False
    return word, bool(_ID.fullmatch(word))
