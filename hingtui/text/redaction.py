"""Find secrets in a text and remove them.

Known secrets are parameters: it does not look for them in settings or the environment.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import traceback
from collections.abc import Iterable
from functools import lru_cache, partial
from types import TracebackType
from urllib.parse import quote, unquote

TOKEN_VARIABLES = ("HINGNET_API_KEY", "TOKEN")
"""Where the environment holds a token: the first one always, the other one if it starts `oh-`."""

KNOWN: set[str] = set()
"""The secrets of this process, which are removed from the traceback of a crash."""

_SHORTEST = 4
"""Characters of a secret from which on it is removed: a shorter one occurs in ordinary words."""
_CUT_SHORT = 5
"""Characters of a secret's beginning that are removed at the end of a text that was cut there."""
_FEWEST = 8
"""Letters of a secret's base64 from which on they are removed."""

_REST = r"[^\s\"<>，。；、！）」』】》”’]*"
"""The rest of a URL, whatever surrounds it: JSON, a tag, a Chinese sentence."""
_URL = re.compile(rf":(?:\\*/){{2}}{_REST}")
_ENCODED_AGAIN = 4
_ODD = re.compile("[^!-~]+")
_AUTHORITY = re.compile(r"(:(?:\\*/){2})")
_USER = re.compile(r"[^/?#\\@]*@|[^/?#\\@:]*:(?!\d{0,5}(?:[/?#\\]|\Z)).*@")
"""A name and password; an unescaped one may hold anything, but `:80/` is a port."""
_ENCODED_URL = re.compile(rf"%(?:25)*3a(?:%(?:25)*2f){{2}}{_REST}", re.IGNORECASE)
_ENCODED_QUERY = re.compile(rf"%(?:25)*(?:3f|23){_REST}", re.IGNORECASE)
"""A percent-encoded `?` or `#`, encoded once or several times, and the rest of its word."""
_QUERY = re.compile(
    rf"(?:[?&](?:amp;)?[a-z0-9_.%~\[\]-]{{1,100}}(?:=|%3d|\\u003d)"
    rf"|(?<=\S)\?(?=[a-z0-9_%.~-])|\\u003f){_REST}",
    re.IGNORECASE,
)
"""A query behind a path, without the rest of its URL."""
_NAMED = re.compile(
    r"(\b(?:x-(?:amz|oss|cos|goog|bce)-[a-z-]{1,40}|signature|sig|sign|(?:access|security)[_-]?"
    r"token|api[_-]?key|secret|password|passwd|token|credential|auth_key|[a-z]{2,9}accesskeyid)"
    r"[\"']?\s?(?:=|[\"']\s{0,3}:|:\s{0,3}[\"'])\s{0,3}[\"']?)[^\s\"'&,;<>]+"
    r"|(\bauthorization\b[\"']?\s{0,3}[:=,]\s{0,3}b?[\"']?(?:[a-z]{3,20}\s{1,3})?)[^\s\"',]+",
    re.IGNORECASE,
)
"""A value whose name says that it is a secret."""
_TOKEN = re.compile(r"\b(bearer\s{1,3}[\"']?|(?:oh|sk)-)([^\s\"',]{4,})", re.IGNORECASE)
_SIGNS = ("?", "&", "=", "%", ":", "\\u00", "oh-", "sk-", "bearer", "authorization")
"""Without any of these in a text, the expressions above find nothing; checking is faster."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def redacted(
    text: str, secrets: Iterable[str] = (), *, mark: str = "…", only_urls: bool = False
) -> str:
    """`text` with `mark` in place of `secrets`, signed queries, and passwords in URLs.

    `only_urls` is for text that a person wrote, in which `ok?yes` or `sign=` is harmless.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = _uncut(_without(secret, text, mark), secret, mark)
    lowered = text.lower()
    if not any(sign in lowered for sign in _SIGNS):
        return text
    text = _URL.sub(lambda found: _bare_url(mark, found[0]), text)
    text = _ENCODED_URL.sub(partial(_bare_encoded_url, mark), text)
    if only_urls:
        return text
    text = _ENCODED_QUERY.sub(f"?{mark}", text)
    text = _QUERY.sub(f"?{mark}", text)
    text = _NAMED.sub(lambda found: (found[1] or found[2]) + mark, text)
    return _TOKEN.sub(partial(_without_token, mark), text)


def without_controls(text: str) -> str:
    """`text` with control characters as escapes (`\\x1b`), except line ends and tabs."""
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def crash_report(error: BaseException) -> str:
    """The traceback of `error` as Python prints it, without secrets."""
    known = KNOWN | {os.environ.get(name, "") for name in TOKEN_VARIABLES}
    return without_controls(redacted("".join(traceback.format_exception(error)), known))


def print_crash(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Print a traceback without secrets: the replacement for `sys.excepthook`."""
    if sys.stderr is not None:  # it was closed before the start
        print(crash_report(error), end="", file=sys.stderr)


def _bare_url(mark: str, word: str) -> str:
    """The URLs in one word, without passwords, up to the first query."""
    _nothing, *pieces = _AUTHORITY.split(word)
    result = ""
    for sign, rest in zip(pieces[::2], pieces[1::2], strict=True):
        place = _USER.sub(f"{mark}@", rest, count=1) if _USER.match(rest) else rest
        result += sign
        if query := re.search(r"[?#]\S", place):
            return f"{result}{place[: query.start()]}?{mark}"
        result += place
    return result


def _bare_encoded_url(mark: str, found: re.Match[str]) -> str:
    """The same for URLs that are percent-encoded, once or several times; the result is decoded."""
    plain = found[0]
    for _time in range(_ENCODED_AGAIN):
        plain = unquote(plain)
    return _ODD.sub(mark, _bare_url(mark, plain))


def _without_token(mark: str, found: re.Match[str]) -> str:
    """The match without what looks like a token: `Bearer token` and `oh-dearest` do not."""
    return found[1] + mark if any(char.isdigit() for char in found[2]) else found[0]


def _uncut(text: str, secret: str, mark: str) -> str:
    """`text` without a beginning of `secret` at its end, where the text was cut."""
    for length in range(min(len(secret) - 1, len(text)), _CUT_SHORT - 1, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + mark
    return text


def _without(secret: str, text: str, mark: str) -> str:
    lowered = text.lower()
    plain, encoded = _all_spellings(secret)
    if not any(word in lowered for word in (*plain, *encoded)):
        return text  # the usual case: ten times faster than one expression
    words = [re.escape(word) for word in sorted(plain, key=len, reverse=True)]
    # The letters of base64 at either end also hold bits of the bytes beside the secret.
    words += [rf"[\w+/-]{{0,3}}{re.escape(word)}[\w+/=-]{{0,4}}" for word in encoded]
    return re.sub("|".join(words), mark, text, flags=re.IGNORECASE)


@lru_cache(maxsize=32)
def _all_spellings(secret: str) -> tuple[frozenset[str], frozenset[str]]:
    """`secret` as it is and as written in JSON, Python, a URL or hexadecimal; and in base64.

    All in lower case.
    """
    data = secret.encode("utf-8", "surrogatepass")
    spelt = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], secret.replace("&", "&amp;")}
    spelt |= {quote(data, safe=safe) for safe in ("", "/", "~()*!.'/")}
    spelt |= {quote(word, safe="") for word in tuple(spelt)} | {data.hex()}
    encoded = set()
    for before in range(3):  # base64 writes three bytes as four letters: three ways to begin
        letters = base64.b64encode(bytes(before) + data).decode()
        whole = letters[(0, 2, 3)[before] : (before + len(data)) // 3 * 4]
        if len(whole) >= _FEWEST:
            encoded |= {whole, whole.replace("+", "-").replace("/", "_")}
    return frozenset(map(str.lower, spelt)), frozenset(map(str.lower, encoded))
