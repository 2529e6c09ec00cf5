"""What a gateway sent about one video, kept to be looked at. It is cleaned only when that happens.

Cleaning and redacting every response would cost as much as reading it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from hingtui.api.fields import decoded, load_json
from hingtui.text.clean import BLOCK_LIMIT, clean_block
from hingtui.text.redaction import redacted

MOST = 48_000
"""Characters of a text: terminals take about that much into the clipboard at once."""

MOST_OF_ERROR = 4_000
"""Bytes of an error's body: each row may keep one."""
_ELEMENT = re.compile(r"(<([A-Za-z][\w:.-]{0,60})[^<>]{0,200}>)([^<>]+)")


class RawResponse:
    """The JSON about one video, with the secrets that no text may repeat."""

    __slots__ = ("_payload", "_secrets", "size")

    def __init__(self, payload: object, size: int, secrets: tuple[str, ...] = ()) -> None:
        self._payload = payload
        self._secrets = secrets
        self.size = size
        """Bytes of JSON, about."""

    def text(self) -> str:
        """The JSON, indented, cleaned, without secrets; "" if it is too deep. Can take a second."""
        try:
            harmless = self._cleaned(self._payload)
            text = json.dumps(harmless, ensure_ascii=False, indent=2)
        except RecursionError:
            return ""
        return text if len(text) <= MOST else f"{text[:MOST]}\n…"

    def _cleaned(self, value: object) -> object:
        if isinstance(value, str):
            return redacted(clean_block(value, BLOCK_LIMIT), self._secrets)
        if isinstance(value, Mapping):
            return {
                str(self._cleaned(name)): "…" if _names_a_secret(name) else self._cleaned(inner)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._cleaned(item) for item in value]
        return value


class RawErrorBody:
    """The beginning of the body of an error: JSON, or whatever something on the way has sent."""

    __slots__ = ("_body", "_is_whole", "_secrets", "size")

    def __init__(self, body: bytes, secrets: tuple[str, ...] = ()) -> None:
        self._body = body[:MOST_OF_ERROR]
        self._is_whole = len(body) <= MOST_OF_ERROR
        self._secrets = secrets
        self.size = len(self._body)
        """Bytes that are kept."""

    def text(self) -> str:
        """The body, cleaned, without secrets; JSON indented."""
        if self._is_whole:
            try:
                return RawResponse(load_json(self._body), self.size, self._secrets).text()
            except (ValueError, RecursionError):
                pass  # no JSON
        text = redacted(clean_block(decoded(self._body), BLOCK_LIMIT), self._secrets)
        text = _ELEMENT.sub(lambda tag: tag[1] + ("…" if _names_a_secret(tag[2]) else tag[3]), text)
        return text if self._is_whole else f"{text}\n…"


def _names_a_secret(name: object) -> bool:
    """Whether a value under this name is a secret, such as `security_token`."""
    sample = f"{name}=abcd1234"
    return redacted(sample) != sample
