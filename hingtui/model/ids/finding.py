"""Find every id in a text of any kind, or in the arguments of a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hingtui.model.ids import shapes
from hingtui.model.ids.fields import is_id_field, plain
from hingtui.model.ids.mail import unfolded_mail
from hingtui.model.ids.prose import ids_in_prose
from hingtui.model.ids.records import read_record
from hingtui.model.ids.urls import URL, ids_in_url
from hingtui.model.ids.values import Judged, ids_in_value
from hingtui.model.ids.wrapping import plain_text
from hingtui.text.clean import clean_block, clean_line

PASTE_LIMIT = 20_000_000
"""Characters looked at; whatever comes after them is left out."""

_COLOURS = re.compile(
    r"\x1b\[[0-9;:<=>?]*[ -/]*[@-~]"
    r"|(?:\\{1,2}(?:x1[bB]|u001[bB]|033|e)|\^\[|#033|␛)\[[0-9;:]*[A-Za-z]"
)
"""A terminal's colours: as they are sent, and as logs, editors and `cat -v` write them."""
_RESET = re.compile(r"\[0m|\[m(?!\w)")
_REST_OF_COLOURS = re.compile(r"\[(?:\d{1,3}(?:[;:]\d{1,3})*)?m")
"""What is left of them where a page or a chat program has dropped the escape character."""
# A command begins a line, perhaps behind a prompt, or follows another one;
# it goes on over lines that end in \ ^ or `.
_SPECIAL = re.compile(
    r"(?P<curl>(?:^[^\S\n]*(?:[^\n]{0,120}?[$#%>❯➜][ ])?|[;&|][ ]?)curl(?:\.exe)?[ ]"
    r"(?:[^\n\\^`]|[\\^`]\n?)*)"
    r"|(?P<url>https?://)"
    r"|(?P<data>[{\[]|(?<![\w.])[A-Za-z_][\w.]{0,80}\((?=[\s\w'\"]))",
    re.MULTILINE,
)
_JSON = re.compile(r"\{\s{0,1000}[\"}]|\[\s{0,1000}[\"{\[\]\d-]")
_JSON_FAILURE = 50_000
"""The least cost of a failed attempt to read JSON, in characters of the limit on all attempts."""
_COMMAS = re.compile("[,;，；、]")
_MEMBER = re.compile(r"[A-Za-z_][\w.-]*=(?!=*\Z)|(?P<name>[A-Za-z_][\w-]*):")


@dataclass(frozen=True, slots=True)
class Found:
    """The ids in a text, and the words that are not."""

    ids: tuple[str, ...]
    """In the order met, each once."""
    rejected: tuple[str, ...]
    """The words that are not ids, cleaned; a secret among them is cut short."""


def find_ids(text: str) -> Found:
    """The ids in `text`: plain, in URLs, in JSON, in reprs and logs, or in pasted curl commands."""
    return _sorted_out(_candidates(readable(text)))


def find_ids_in_arguments(arguments: Iterable[str]) -> Found:
    """The ids in the arguments of a command: a single word is one unless it cannot be.

    An argument with blanks is read like any other text.
    """
    return _sorted_out(one for text in arguments for one in _in_argument(readable(text)))


def readable(text: str) -> str:
    """What was pasted or piped in, cleaned, without a terminal's colours."""
    plain = _COLOURS.sub(" ", plain_text(unfolded_mail(text[:PASTE_LIMIT])))
    if _RESET.search(plain):  # else `[7m…` may as well begin a list of ids
        plain = _REST_OF_COLOURS.sub(" ", plain)
    return clean_block(plain, PASTE_LIMIT)


def _sorted_out(candidates: Iterable[Judged]) -> Found:
    ids: dict[str, None] = {}
    rejected: dict[str, None] = {}
    for word, is_id in candidates:
        (ids if is_id else rejected)[word] = None
    cleaned = dict.fromkeys(clean_line(word, 80) for word in rejected)
    return Found(tuple(ids), tuple(word for word in cleaned if word))


def _in_argument(argument: str) -> Iterator[Judged]:
    words = [word for piece in _COMMAS.split(argument) if (word := piece.rstrip(".:!?"))]
    if words and all(shapes.is_argument_id(word) and not _is_member(word) for word in words):
        yield from ((word, True) for word in words)
    else:
        yield from _candidates(argument)


def _is_member(word: str) -> bool:
    """Whether `word` is `key=value`, or an id behind its label: `task_id:abc`."""
    match = _MEMBER.match(word)
    return match is not None and (not match["name"] or is_id_field(plain(match["name"])))


def _candidates(text: str) -> Iterator[Judged]:
    """Every word that was meant as an id, in order, and whether it is one."""
    work = 8 * len(text) + 10 * _JSON_FAILURE
    done = position = 0
    while match := _SPECIAL.search(text, position):
        if match["url"]:  # brackets in a URL are its own
            whole = URL.match(text, match.start())
            position = whole.end() if whole else match.end()
            continue
        yield from _in_text(text[done : match.start()])
        if match["curl"]:
            yield from _in_command(match["curl"])
            end = match.end()
        else:
            value, end, cost = _data_at(text, match.start(), work)
            work -= cost
            yield from _in_data(value)
        done = position = end
    yield from _in_text(text[done:])


def _data_at(text: str, start: int, work: int) -> tuple[object, int, int]:
    """The data that begins at `start`, where it ends, and what failing to read JSON has cost."""
    cost = 0
    if work > 0 and _JSON.match(text, start):
        try:
            return *json.JSONDecoder().raw_decode(text, start), 0
        except json.JSONDecodeError as error:
            # Each such error counts the lines before it.
            cost = max(error.pos - start, _JSON_FAILURE // 100) + error.pos // 64
        except (ValueError, RecursionError):
            cost = _JSON_FAILURE
    return *read_record(text, start), cost


def _in_data(value: object) -> Iterator[Judged]:
    for one in ids_in_value(value):
        if isinstance(one, str):
            # JSON has escapes for every character.
            is_harmless = one.isascii() and one.replace("\n", " ").isprintable()
            yield from ids_in_prose(one if is_harmless else readable(one))
        else:
            yield one


def _in_command(command: str) -> Iterator[Judged]:
    """The ids in the URLs of a curl command: its other words are options, tokens, file names."""
    for match in URL.finditer(command):
        yield from ids_in_url(match[0])


def _in_text(text: str) -> Iterator[Judged]:
    if text:
        yield from ids_in_prose(text)
