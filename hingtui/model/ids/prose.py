"""Find the ids in plain text and log lines, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hingtui.model.ids import fields, shapes
from hingtui.model.ids.urls import URL, ids_in_url, is_bare_url
from hingtui.model.ids.values import Judged, id_text, judged
from hingtui.model.ids.wrapping import NO_PART_OF_IDS, bare_word, decoded_url

_BETWEEN_WORDS = re.compile("[\\s,;\"'`()\\[\\]{}<>|\\\\，；、。：“”‘’「」『』（）【】《》！？…]+")
_MEMBER = re.compile(
    r"(?<![\w/.:@=+~?&#%-])(?P<quote>[\"'`]?)(?P<key>[^\W\d][\w.-]{0,60})(?P=quote)"
    r"(?P<sign>[ \t]{0,20}=>?[ \t]{0,3}|[ \t]{0,20}[:：][ \t]{0,20})"
    r"(?P<value>\"(?:[^\"\\]|\\.)*+\"?|'(?:[^'\\]|\\.)*+'?|`[^`]*+`?|[^\s,;\"'`，；、。()<>\[\]{}|]+)"
)
_COMMA = re.compile("[,;，；。|]")
_FREE_TEXT_TEXT = (
    "prompt negativeprompt message msg text description title caption error reason content "
    "failreason detail summary command"
)
_FREE_TEXT = frozenset(_FREE_TEXT_TEXT.split())
"""Fields that hold a sentence: what follows them to the end of the line is theirs."""
_SECRET = re.compile(r"key|token|secret|passw|auth|signature|cookie|credential")
_SECRET_SHOWN = 3
_UNKNOWN = "unknown"
"""Stands for the fields that are not known to hold an id."""


def ids_in_prose(text: str) -> Iterator[Judged]:
    """Every word of plain text that may be meant as an id, and whether it is one."""
    for line in text.split("\n"):
        done = 0
        for match in URL.finditer(line):
            yield from _in_line(line[done : match.start()])
            yield from _in_url(match[0])
            done = match.end()
        yield from _in_line(line[done:])


def _in_url(url: str) -> Iterator[Judged]:
    yield from ids_in_url(url)


def _in_line(line: str) -> Iterator[Judged]:
    """The ids in a line without URLs: values of id fields, and words that look like ids."""
    if ":" not in line and "=" not in line and "：" not in line:
        yield from _in_words(line)
        return
    found = _Line(line).read()
    has_id = any(is_id for _word, is_id, is_member in found if is_member)
    for word, is_id, is_member in found:
        # Beside an id, the other words of a log line were not meant as ids.
        if is_id or not (is_member and has_id):
            yield word, is_id


class _Line:
    """A line with `key=value` or `key: value` in it, read from left to right."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._found: list[tuple[str, bool, bool]] = []
        """Each word, whether it is an id, and whether it is the value of a field."""
        self._ids: dict[str, list[int]] = {}

    def read(self) -> list[tuple[str, bool, bool]]:
        done = position = 0
        while match := _MEMBER.search(self._line, position):
            if self._is_only_a_word(match):
                # Its colon or its padding belongs to the word: read that as one word.
                position = self._end_of_word(match)
                continue
            self._take_words(self._line[done : match.start()])
            done = position = self._take_member(match)
        self._take_words(self._line[done:])
        return self._settled()

    def _is_only_a_word(self, match: re.Match[str]) -> bool:
        """Whether what looks like a member is one word of an id's characters, or two words."""
        sign, name = match["sign"], fields.plain(match["key"])
        is_field = fields.is_id_field(name) or fields.is_request_field(name)
        if "=" in sign:
            is_padding = sign.startswith("=") and (sign[-1:].isspace() or match["value"][0] == "=")
            return is_padding and not is_field
        is_attached = sign in (":", "：") and not match["quote"]
        is_quoted = match["value"][0] in "\"'`"
        return is_attached and not is_field and not is_quoted and name not in _KNOWN_ATTACHED

    def _end_of_word(self, match: re.Match[str]) -> int:
        end = _BETWEEN_WORDS.search(self._line, match.start("sign"))
        return max(end.end() if end else len(self._line), match.end("key") + 1)

    def _take_words(self, text: str) -> None:
        if text:
            self._found += [(word, is_id, False) for word, is_id in _in_words(text)]

    def _take_member(self, match: re.Match[str]) -> int:
        """Judge the value of one field; where to read on."""
        name, value = fields.plain(match["key"]), match["value"]
        is_quoted = value[0] in "\"'`"
        word = value.strip("\"'`").strip() if is_quoted else value.rstrip(".:!?&*，。")
        is_request = fields.is_request_field(name)
        if fields.is_id_field(name) or is_request:
            return self._take_id(match, "request" if is_request else name, word)
        if fields.is_name_field(name) and shapes.OPERATION.fullmatch(word):
            self._found.append((word, True, True))
            return match.end()
        if fields.is_label(name) and "=" not in match["sign"]:
            return match.start("value")  # what follows a heading is judged by itself
        if shapes.is_unmistakable(word) and not _belongs_elsewhere(name):
            self._ids.setdefault(_UNKNOWN, []).append(len(self._found))
            self._found.append((word, True, True))
            return match.end()
        self._found.append((self._rejected(match, name, word), False, True))
        is_open = not is_quoted and "=" not in match["sign"]
        return self._end_of_value(match) if is_open else match.end()

    def _take_id(self, match: re.Match[str], name: str, word: str) -> int:
        if not id_text(word):
            return match.end()
        judgement, is_id = judged(word)
        is_sentence = "=" not in match["sign"] and self._goes_on(match.end())
        if is_sentence and is_id and not shapes.is_id_in_prose(word):
            return match.start("value")  # "the id: see below"
        if is_id:
            self._ids.setdefault(name, []).append(len(self._found))
        self._found.append((judgement, is_id, True))
        return match.end()

    def _goes_on(self, position: int) -> bool:
        """Whether an ordinary word comes next, and not the end or another field."""
        rest = self._line[position : position + 80].lstrip(" \t")
        return bool(re.match(r"[^\W\d]\w*(?![\w.-]*[ \t]*[:=])", rest)) and rest[:1] != ","

    def _end_of_value(self, match: re.Match[str]) -> int:
        """Where a value without quotes ends: at a comma or the next field, or with the line."""
        if fields.plain(match["key"]) in _FREE_TEXT:
            return len(self._line)
        following = _MEMBER.search(self._line, match.end())
        end = following.start() if following else len(self._line)
        comma = _COMMA.search(self._line, match.end(), end)
        return comma.start() if comma else end

    def _rejected(self, match: re.Match[str], name: str, word: str) -> str:
        if shapes.is_token(word) or _SECRET.search(name):
            return f"{match['key'][:_SECRET_SHOWN]}…"
        return match[0]

    def _settled(self) -> list[tuple[str, bool, bool]]:
        """What was found, but a request's id, a number or an unknown field beside a video's id."""
        dropped: set[int] = set()
        if self._ids.keys() - {"request"}:
            dropped |= set(self._ids.get("request", ()))
        if self._ids.keys() - {"request", _UNKNOWN}:
            dropped |= set(self._ids.get(_UNKNOWN, ()))
        if self._ids.keys() & {"taskid", "videoid", "generationid", "jobid"}:
            dropped |= {at for at in self._ids.get("id", ()) if self._found[at][0].isdigit()}
        return [one for at, one in enumerate(self._found) if at not in dropped]


_KNOWN_ATTACHED_TEXT = (
    "status state model size seconds progress object prompt quality createdat completedat"
)
_KNOWN_ATTACHED = frozenset(_KNOWN_ATTACHED_TEXT.split())
"""Fields that are known even where no blank follows their colon."""


def _belongs_elsewhere(name: str) -> bool:
    """Whether even an unmistakable id is not what this field is about."""
    return name in _FREE_TEXT or fields.is_of_another(name) or bool(_SECRET.search(name))


def _in_words(text: str) -> Iterator[Judged]:
    """Words without fields, each judged by its shape."""
    after_bearer = False
    for raw in _BETWEEN_WORDS.split(text):
        word = bare_word(raw.strip(".:!?&*")) if raw else ""
        if not word:
            continue
        is_secret = after_bearer or shapes.is_token(word)
        after_bearer = word.lower() == "bearer"
        if is_secret:
            yield f"{word[:_SECRET_SHOWN]}…", False
        elif url := decoded_url(word):
            yield from ids_in_url(url)
        elif is_bare_url(word):
            yield from ids_in_url(f"https://…/{word}")
        elif pieces := [p for p in NO_PART_OF_IDS.split(word) if _is_plain_id(p)]:
            yield from ((piece, True) for piece in pieces)
        else:
            # What follows a `?` can be a signature.
            yield re.sub(r"\?.+", "?…", raw), False


def _is_plain_id(word: str) -> bool:
    return shapes.is_id_in_prose(word)
