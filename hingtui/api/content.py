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
"""The most bytes that are read from the connection at once."""
_HEAD = 512
"""Bytes of a body that are enough to tell a text from a video."""


class Content:
    """The bytes of one response, to be read once, in the thread that opened it."""

    def __init__(
        self,
        response: httpx.Response,
        chunks: Iterable[bytes],
        origin: str,
        connection: Connection,
        to_error: Callable[[Exception], ApiError],
    ) -> None:
        headers = response.headers
        first, total = content_range(headers) if response.status_code == 206 else (None, None)
        self.status = response.status_code
        """200 or 206."""
        self.start = first or 0
        """Offset of the first byte."""
        self.total = total if response.status_code == 206 else _length(headers)
        """Length of the whole file in bytes; None if the server does not name it."""
        self.validator = validator(headers)
        """The value for If-Range, or None."""
        self.version = version(headers)
        """The ETag or date, which another file would not have, even if too weak for If-Range."""
        self.origin = origin
        """`scheme://host[:port]` that the bytes come from."""
        self._chunks = chunks
        self._connection = connection
        self._to_error = to_error

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come. Raises an ApiError if they end too early."""
        try:
            yield from self._chunks
        except FAULTS as error:
            raise self._to_error(error) from None
        if (
            self._connection.is_cut
        ):  # a body without a length seems complete when its connection is shut
            raise Unreachable(_("The connection was closed."))


def peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes of a body, enough to tell a text from a video, and the whole body.

    If the body breaks off before that, the second result breaks off there, too.
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
    """The Content-Length; None if there is none, or a Transfer-Encoding, which outranks it."""
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not re.fullmatch("[0-9]{1,18}", length):
        return None
    return int(length)


def body_of(response: httpx.Response) -> Iterator[bytes]:
    """The body as it comes.

    If its length is known, all but its first bytes are read directly from the connection: h11
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
    read_timeout = response.request.extensions["timeout"]["read"]
    while left > 0:
        try:
            chunk: bytes = stream.read(min(left, _PIECE), read_timeout)
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error)) from error
        except httpcore.NetworkError as error:
            raise httpx.ReadError(str(error)) from error
        if not chunk:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete body")
        left -= len(chunk)
        yield chunk
