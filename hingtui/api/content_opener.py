"""Open the content of a video, through redirects, in a thread that may block.

It does not store the bytes. The token is sent to the base URL's own origin only, and no longer
once a redirect has left that origin.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from hingtui.api.client_config import MAX_REDIRECTS, REDIRECTS, Body, ClientConfig, unpacked
from hingtui.api.connection import FAULTS, Connection, later_in_thread
from hingtui.api.connection_errors import to_api_error
from hingtui.api.content import Content, body_of, peek
from hingtui.api.headers import compressions, is_in_pieces, is_text, may_be_text
from hingtui.api.locations import build_request, location_of, resolve
from hingtui.api.origins import Origin, check_peer, check_redirect
from hingtui.api.response_errors import Call, Response, damaged, error_for, make
from hingtui.api.responses import read_link
from hingtui.model.errors import ApiError, BadRedirect, BadResponse, NotReady
from hingtui.system.clock import Cancellation
from hingtui.text.i18n import _

MAX_TEXT_BODY = 4 * 2**20
"""The most bytes of JSON that come instead of the content."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One address to request the content from."""

    url: httpx.URL = field(repr=False)
    """It may be signed, and is then a secret."""
    origin: Origin
    sends_token: bool
    """Whether the token may be sent there."""

    @property
    def key(self) -> tuple[Origin, bytes, bool]:
        """Equal for equal requests only, to notice loops."""
        return self.origin, self.url.raw_path, self.sends_token


class ContentOpener:
    """Opens the contents of videos, any number at once."""

    def __init__(self, setup: ClientConfig) -> None:
        self._setup = setup
        self._connections: set[Connection] = set()
        self._is_closed = False

    def close(self) -> None:
        """Make everything that is open, and everything opened later, fail with Unreachable."""
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
        """The content at `hop`, or where that redirects to, from byte `start` on.

        Once `cancelled` is set, opening and reading fail with Unreachable at once.
        """
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if start > 0:
            headers["Range"] = f"bytes={start}-"
            if if_range:
                headers["If-Range"] = if_range
        with ExitStack() as stack:
            yield self._follow(stack, hop, headers, cancelled)

    def first_hop(self, url: str) -> Hop:
        """The address of a path of the gateway's own. Raises NotReady if there is none, ""."""
        if not url:  # a family whose files come by link only
            raise NotReady(_("The gateway has sent no link to the file yet."))
        return Hop(httpx.URL(url), self._setup.origin, sends_token=True)

    def hop(self, location: bytes | str, previous: Hop | None = None) -> Hop:
        """The address of a link or redirect. Raises BadRedirect.

        The token is sent to the gateway's own origin only, and no longer once a redirect has left
        that origin.
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
        """Send one request: the content, or the next address to request it from."""
        setup = self._setup
        proxy = setup.route(hop.origin)
        is_foreign = hop.origin != setup.origin
        check_address = (
            partial(check_peer, setup.origin, hop.origin) if is_foreign and not proxy else None
        )
        connection = Connection(later_in_thread, setup.response_timeout, check_address)

        def to_error(error: Exception) -> ApiError:
            translated = to_api_error(error, hop.origin, proxy, connection)
            translated.is_from_storage = is_foreign
            return translated

        self._connections.add(connection)
        stack.callback(self._connections.discard, connection)
        if cancelled is not None:
            stack.enter_context(cancelled.ending(connection.cut))
        if self._is_closed:
            connection.cut()
        try:
            # A client for each request costs half a millisecond and shares nothing among threads.
            client = stack.enter_context(httpx.Client(**setup.options(hop.origin, proxy)))
            request = build_request(client, hop.url, headers, connection.trace)
            auth = setup.auth if hop.sends_token else None
            response = client.send(request, stream=True, auth=auth)
            stack.callback(response.close)
            connection.finish()
            return self._content_or_hop(response, hop, connection, to_error)
        except FAULTS as error:
            raise to_error(error) from None
        except ApiError as error:
            error.is_from_storage = is_foreign
            raise
        finally:
            connection.finish()

    def _content_or_hop(
        self,
        response: httpx.Response,
        hop: Hop,
        connection: Connection,
        to_error: Callable[[Exception], ApiError],
    ) -> Content | Hop:
        status, headers = response.status_code, response.headers
        if status in REDIRECTS:
            return self.hop(location_of(response), hop)
        chunks = body_of(response)
        if status not in (200, 206):
            call = Call.CONTENT if hop.sends_token else Call.STORAGE
            raise error_for(call, self._read(response, chunks), self._setup.clock.time())
        if is_in_pieces(headers):
            message = _("A part of the file came that was not requested")
            raise make(BadResponse, Response(status, headers), message)
        is_packed = bool(compressions(headers))
        if may_be_text(status, headers):
            first, chunks = peek(chunks)
            if is_packed or is_text(status, first):
                return self._read_text_body(response, chunks)
        if is_packed:
            raise damaged(Response(status, headers))
        return Content(response, chunks, str(hop.origin), connection, to_error)

    def _read_text_body(self, response: httpx.Response, chunks: Iterable[bytes]) -> Hop:
        received = self._read(response, chunks)
        if received.status != 200:
            raise error_for(Call.CONTENT, received, self._setup.clock.time())
        return self.hop(read_link(received))

    def _read(self, response: httpx.Response, chunks: Iterable[bytes]) -> Response:
        body = Body(self._setup, response, MAX_TEXT_BODY)
        for chunk in chunks:
            if not body.takes(chunk):
                break
        return unpacked(body.response(), MAX_TEXT_BODY)
