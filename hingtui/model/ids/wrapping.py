"""Undo what chat tools, mail, web pages and shells wrap around ids and URLs.

What an id is, is judged in `shapes`.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

NO_PART_OF_IDS = re.compile(
    "(?:[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]|[^\x00-\x7f\\w\u0300-\u036f])+"
)
"""Chinese, Korean, and signs such as emoji and arrows: ids are found between them."""
_SEPARATORS = re.compile("[\x00\x1c-\x1f]")
"""What `xargs -0` and JSON text sequences put between records."""
_ENTITY = re.compile(r"&(?:lt|gt|quot|apos|nbsp|amp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_FULL_WIDTH = {
    code + 0xFEE0: code
    for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), 0x2D, 0x5F)
}
"""Full-width letters, digits, `-` and `_`, as a Chinese keyboard types them; its punctuation
separates words."""
_ITALIC = re.compile(r"(_{1,3})([A-Za-z]{1,12}[_-][A-Za-z0-9][A-Za-z0-9-]*)\1")
_ENCODED_URL = re.compile(r"(?i)https?%3a%2f%2f")
_QUERY_VALUE = re.compile(r"[?&;#][^=&;#]{1,60}=([^&;#]+)")


def plain_text(text: str) -> str:
    """`text` with HTML's entities, full-width letters and separating controls made plain."""
    text = _SEPARATORS.sub("\n", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def bare_word(word: str) -> str:
    """`word` without the signs of Markdown and of mentions around it."""
    word = word.lstrip("#@~").removesuffix("~~")
    italic = _ITALIC.fullmatch(word)
    return italic[2] if italic else word


def decoded_url(word: str) -> str:
    """The URL that `word` is in percent-encoding, "" if it is none."""
    return unquote(word, errors="replace") if _ENCODED_URL.match(word) else ""


def inner_url(url: str) -> str:
    """The URL that a redirecting one carries in its query, as mail filters and searches do.

    Without a label behind a `|`, as Slack writes one; `url` itself if it carries none.
    """
    url = url.partition("|")[0]
    for value in _QUERY_VALUE.finditer(url[:20_000]):
        inner = unquote(value[1], errors="replace")
        if re.match(r"(?i)https?://\S+\Z", inner):
            return inner
    return url
