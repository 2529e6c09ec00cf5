"""Open the content of a video, through redirects, in a thread that may block.

It does not store the bytes. The token goes to the base URL's own origin only and, once a redirect
has left that, never again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig, unpacked
from hingtui.api.connection import FAULTS, Connection, later_in_thread
from hingtui.api.connection_errors import explain
from hingtui.api.content import Content, body_of, peek
from hingtui.api.headers import compressions, is_in_pieces, is_words, may_be_words
from hingtui.api.locations import build_request, location_of, resolve
from hingtui.api.origins import Origin, check_peer, check_redirect
from hingtui.api.response_errors import Call, Reply, damaged, make, refusal
from hingtui.api.responses import read_link
from hingtui.model.errors import ApiError, BadRedirect, BadResponse
from hingtui.system.clock import Cancellation
from hingtui.text.i18n import _

MAX_WORDS = 4 * 2**20
"""Bytes of a JSON that came instead of the content."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One place to ask for the content."""

    url: httpx.URL = field(repr=False)
    """Secret, as it can be signed."""
    origin: Origin
    sends_token: bool
    """Whether the token may go there."""

    @property
    def key(self) -> tuple[Origin, bytes, bool]:
        """What is equal only for one and the same request."""
        return self.origin, self.url.raw_path, self.sends_token


class ContentOpener:
    """Opens contents, any number at once."""

    def __init__(self, setup: ClientConfig) -> None:
        self._setup = setup
        self._connections: set[Connection] = set()
        self._is_closed = False

    def close(self) -> None:
        """Everything open fails at once with Unreachable, and so does whatever is opened later."""
        self._is_closed = True
        for connection in tuple(self._connections):
            connection.cut()

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
        never_left = previous is None or previous.sends_token
        return Hop(url, target, sends_token=never_left and target == self._setup.origin)

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
        connection = Connection(later_in_thread, setup.patience, guard)

        def explained(error: Exception) -> ApiError:
            told = explain(error, hop.origin, proxy, connection)
            told.is_from_storage = is_foreign
            return told

        self._connections.add(connection)
        stack.callback(self._connections.discard, connection)
        if cancelled is not None:
            stack.enter_context(cancelled.ending(connection.cut))
        if self._is_closed:
            connection.cut()
        try:
            # A client of its own costs half a millisecond; no other thread can disturb it then.
            client = stack.enter_context(httpx.Client(**setup.options(hop.origin, proxy)))
            request = build_request(client, hop.url, headers, connection.trace)
            auth = setup.auth if hop.sends_token else None
            response = client.send(request, stream=True, auth=auth)
            stack.callback(response.close)
            connection.finish()
            return self._judge(response, hop, connection, explained)
        except FAULTS as error:
            raise explained(error) from None
        except ApiError as error:
            error.is_from_storage = is_foreign
            raise
        finally:
            connection.finish()

    def _judge(
        self,
        response: httpx.Response,
        hop: Hop,
        connection: Connection,
        explained: Callable[[Exception], ApiError],
    ) -> Content | Hop:
        status, headers = response.status_code, response.headers
        if status in REDIRECTS:
            return self.hop(location_of(response), hop)
        chunks = body_of(response)
        if status not in (200, 206):
            call = Call.CONTENT if hop.sends_token else Call.STORAGE
            raise refusal(call, self._read(response, chunks), self._setup.clock.time())
        if is_in_pieces(headers):
            told = _("The server sent a piece of the file that was not asked for")
            raise make(BadResponse, Reply(status, headers), told)
        is_packed = bool(compressions(headers))
        if may_be_words(status, headers):
            first, chunks = peek(chunks)
            if is_packed or is_words(status, first):
                return self._read_words(response, chunks)
        if is_packed:
            raise damaged(Reply(status, headers))
        return Content(response, chunks, str(hop.origin), connection, explained)

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
