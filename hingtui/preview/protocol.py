"""The messages between hingtui and its decoder process: framed, with lengths that are checked.

A message is two lengths of four bytes, a JSON object, and the bytes that belong to it. Both sides
use this module; it must import nothing but the standard library, or the decoder starts late.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HEAD = struct.Struct(">II")
"""Bytes of the JSON object, bytes that follow it."""
JSON_LIMIT = 64 << 10
DATA_LIMIT = 16 << 20
"""Bytes; a picture of 2,000 × 2,000 pixels has twelve million."""


class ProtocolError(Exception):
    """The other side has sent what is no message: it is damaged or taken over."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    head: dict[str, Any]
    data: bytes = field(default=b"", repr=False)


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    head = json.dumps(message.head).encode("ascii")
    return HEAD.pack(len(head), len(message.data)) + head + message.data


def read_message(read: Callable[[int], bytes]) -> Message | None:
    """The next message, or None at the end of the stream.

    `read` returns as many bytes as it is asked for, fewer only at the end. Raises ProtocolError
    where the lengths are too large, the JSON is none, or the stream ends inside a message.
    """
    lengths = read(HEAD.size)
    if not lengths:
        return None
    if len(lengths) < HEAD.size:
        raise ProtocolError("the message is cut off")
    head_length, data_length = HEAD.unpack(lengths)
    if head_length > JSON_LIMIT or data_length > DATA_LIMIT:
        raise ProtocolError("the message is too long")
    text, data = read(head_length), read(data_length)
    if len(text) < head_length or len(data) < data_length:
        raise ProtocolError("the message is cut off")
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("the message has no JSON") from error
    if not isinstance(head, dict):
        raise ProtocolError("the message has no JSON object")
    return Message(head, data)
