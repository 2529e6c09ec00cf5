"""Open the content of a video, through redirects, in a thread that may block.

It does not store the bytes. The token goes to the base URL's own origin only and, once a redirect
has left that, never again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import httpcore
import httpx

from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig, unpacked
from hingtui.api.connection import FAULTS, Wire, explain, later_in_thread
from hingtui.api.headers import (
    compressions,
    content_range,
    is_in_pieces,
    is_words,
    may_be_words,
    validator,
    version,
)
from hingtui.api.locations import build_request, location_of, resolve
from hingtui.api.origins import Origin, check_peer, check_redirect
from hingtui.api.response_errors import Call, Reply, damaged, make, refusal
from hingtui.api.responses import read_link
from hingtui.model.errors import ApiError, BadRedirect, BadReply, Unreachable
from hingtui.model.file_kind import FileKind, file_kind
from hingtui.system.clock import Cancellation
from hingtui.text.i18n import _

_PIECE = 2**18
"""Bytes read from the connection at once, at most."""
_HEAD = 512
"""Bytes of a body that are looked at."""
MAX_WORDS = 4 * 2**20
"""Bytes of a JSON that came instead of the content."""


class Content:
    """The bytes of one answer, to be read once, in the thread that opened it."""

    def __init__(
        self,
        response: httpx.Response,
        chunks: Iterable[bytes],
        origin: str,
        wire: Wire,
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
        self._wire = wire
        self._explained = explained

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come. Raises Unreachable where they stop before their end."""
        try:
            yield from self._chunks
        except FAULTS as error:
            raise self._explained(error) from None
        if self._wire.is_cut:  # a body without a length ends well when its connection is shut
            raise Unreachable(_("The connection was closed."))


@dataclass(frozen=True, slots=True)
class Hop:
    """One place to ask for the content."""

    url: httpx.URL = field(repr=False)
    """Secret, as it can be signed."""
    origin: Origin
    is_home: bool
    """Whether the token may go there."""

    @property
    def key(self) -> tuple[Origin, bytes, bool]:
        """What is equal only for one and the same request."""
        return self.origin, self.url.raw_path, self.is_home


class ContentOpener:
    """Opens contents, any number at once."""

    def __init__(self, setup: ClientConfig) -> None:
        self._setup = setup
        self._wires: set[Wire] = set()
        self._is_closed = False

    def close(self) -> None:
        """Everything open fails at once with Unreachable, and so does whatever is opened later."""
        self._is_closed = True
        for wire in tuple(self._wires):
            wire.cut()

    @contextmanager
    def open(
        self,
        hop: Hop,
        start: int,
        if_range: str | None,
        cancelled: Cancellation | None = None,
    ) -> Generator[Content, None, None]:
        """The content at `hop`, or where that leads to; from `start` on where that is not 0.

        Once `cancelled` is set, opening and reading fail with Unreachable at once.
        """
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if start > 0:
            headers["Range"] = f"bytes={start}-"
            if if_range:
                headers["If-Range"] = if_range
        with ExitStack() as stack:
            yield self._follow(stack, hop, headers, cancelled)

    def hop(self, location: bytes | str, previous: Hop | None = None) -> Hop:
        """Where `location` leads.

        The token goes there only on the gateway's own origin, and never again once a redirect has
        left that.
        """
        url, target = resolve(previous.url if previous is not None else None, location)
        check_redirect(self._setup.origin, target)
        never_left = previous is None or previous.is_home
        return Hop(url, target, is_home=never_left and target == self._setup.origin)

    def _follow(
        self,
        stack: ExitStack,
        hop: Hop,
        headers: dict[str, str],
        cancelled: Cancellation | None,
    ) -> Content:
        seen: set[tuple[Origin, bytes, bool]] = set()
        while len(seen) <= MAX_REDIRECTS and hop.key not in seen:
            seen.add(hop.key)
            with ExitStack() as attempt:
                found = self._ask(attempt, hop, headers, cancelled)
                if isinstance(found, Content):
                    stack.enter_context(attempt.pop_all())
                    return found
            hop = found
        raise BadRedirect(_("The gateway redirects in a loop."))

    def _ask(
        self,
        stack: ExitStack,
        hop: Hop,
        headers: dict[str, str],
        cancelled: Cancellation | None,
    ) -> Content | Hop:
        """One request: the content, or the next place to ask."""
        setup = self._setup
        proxy = setup.route(hop.origin)
        is_foreign = hop.origin != setup.origin
        guard = partial(check_peer, setup.origin, hop.origin) if is_foreign and not proxy else None
        wire = Wire(later_in_thread, setup.patience, guard)

        def explained(error: Exception) -> ApiError:
            told = explain(error, hop.origin, proxy, wire)
            told.is_from_storage = is_foreign
            return told

        self._wires.add(wire)
        stack.callback(self._wires.discard, wire)
        if cancelled is not None:
            stack.enter_context(cancelled.ending(wire.cut))
        if self._is_closed:
            wire.cut()
        try:
            # A client of its own costs half a millisecond; no other thread can disturb it then.
            client = stack.enter_context(httpx.Client(**setup.options(hop.origin, proxy)))
            request = build_request(client, hop.url, headers, wire.trace)
            auth = setup.auth if hop.is_home else None
            response = client.send(request, stream=True, auth=auth)
            stack.callback(response.close)
            wire.finish()
            return self._judge(response, hop, wire, explained)
        except FAULTS as error:
            raise explained(error) from None
        except ApiError as error:
            error.is_from_storage = is_foreign
            raise
        finally:
            wire.finish()

    def _judge(
        self,
        response: httpx.Response,
        hop: Hop,
        wire: Wire,
        explained: Callable[[Exception], ApiError],
    ) -> Content | Hop:
        status, headers = response.status_code, response.headers
        if status in REDIRECTS:
            return self.hop(location_of(response), hop)
        chunks = _body(response)
        if status not in (200, 206):
            call = Call.CONTENT if hop.is_home else Call.STORAGE
            raise refusal(call, self._read(response, chunks), self._setup.clock.time())
        if is_in_pieces(headers):
            told = _("The server sent a piece of the file that was not asked for")
            raise make(BadReply, Reply(status, headers), told)
        is_packed = bool(compressions(headers))
        if may_be_words(status, headers):
            first, chunks = _looked_at(chunks)
            if is_packed or is_words(status, first):
                return self._read_words(response, chunks)
        if is_packed:
            raise damaged(Reply(status, headers))
        return Content(response, chunks, str(hop.origin), wire, explained)

    def _read_words(self, response: httpx.Response, chunks: Iterable[bytes]) -> Hop:
        reply = self._read(response, chunks)
        if reply.status != 200:
            raise refusal(Call.CONTENT, reply, self._setup.clock.time())
        return self.hop(read_link(reply))

    def _read(self, response: httpx.Response, chunks: Iterable[bytes]) -> Reply:
        body = Body(self._setup, response, MAX_WORDS)
        for chunk in chunks:
            if not body.takes(chunk):
                break
        return unpacked(body.reply(), MAX_WORDS)


def _looked_at(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
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


def _body(response: httpx.Response) -> Iterator[bytes]:
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
