"""Read the bytes of a video from one open response."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import httpcore
import httpx

from hingtui.api.connection import FAULTS, Connection
from hingtui.api.headers import content_range, validator, version
from hingtui.model.errors import ApiError, Unreachable
from hingtui.model.file_kind import FileKind, file_kind
from hingtui.text.i18n import _

_PIECE = 2**18
"""Bytes read from the connection at once, at most."""
_HEAD = 512
"""Bytes of a body that are looked at."""


class Content:
    """The bytes of one answer, to be read once, in the thread that opened it."""

    def __init__(
        self,
        response: httpx.Response,
        chunks: Iterable[bytes],
        origin: str,
        connection: Connection,
        explained: Callable[[Exception], ApiError],
    ) -> None:
        headers = response.headers
        first, total = content_range(headers) if response.status_code == 206 else (None, None)
        self.status = response.status_code
        """200 or 206."""
        self.start = first or 0
        """Offset of the first byte."""
        self.total = total if response.status_code == 206 else _length(headers)
        """Length of the whole file in bytes, where the server says it."""
        self.validator = validator(headers)
        """What If-Range may be sent with, or None."""
        self.version = version(headers)
        """What another file would not have, be it too weak for If-Range; or ""."""
        self.origin = origin
        """`scheme://host[:port]` that the bytes come from."""
        self._chunks = chunks
        self._wire = connection
        self._explained = explained

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come. Raises Unreachable where they stop before their end."""
        try:
            yield from self._chunks
        except FAULTS as error:
            raise self._explained(error) from None
        if self._wire.is_cut:  # a body without a length ends well when its connection is shut
            raise Unreachable(_("The connection was closed."))


def peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of a body, enough of them to tell a text from a video, and the whole body.

    Where it breaks off before, the whole body breaks off there too.
    """
    head = b""
    try:
        while chunk := next(chunks, b""):
            head += chunk
            if len(head) >= _HEAD or file_kind(head) is not FileKind.TEXT:
                break
    except FAULTS as error:
        return head, _broken_off(head, error)
    return head, chain((head,), chunks)


def _broken_off(head: bytes, error: Exception) -> Iterator[bytes]:
    yield head
    raise error


def _length(headers: httpx.Headers) -> int | None:
    """Bytes of the body, as Content-Length says it; chunks say nothing, and outrank it."""
    said = headers.get("content-length", "")
    if "transfer-encoding" in headers or not re.fullmatch("[0-9]{1,18}", said):
        return None
    return int(said)


def body_of(response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes.

    Where its length is known, all but its first bytes are read from the connection itself: h11
    takes 40 µs for each piece, and a piece is 16 KiB with TLS.
    """
    chunks = response.iter_raw()
    left = _length(response.headers)
    if left is None:
        yield from chunks
        return
    first = next(chunks, b"")  # all that h11 has read so far
    yield first
    left -= len(first)
    stream = response.extensions["network_stream"]
    patience = response.request.extensions["timeout"]["read"]
    while left > 0:
        try:
            chunk: bytes = stream.read(min(left, _PIECE), patience)
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error)) from error
        except httpcore.NetworkError as error:
            raise httpx.ReadError(str(error)) from error
        if not chunk:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete body")
        left -= len(chunk)
        yield chunk
