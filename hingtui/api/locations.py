"""Where a `Location` header or a link leads, and the URL to request there, byte for byte.

A signature covers the exact bytes of a URL, so nothing is decoded, re-encoded or normalised on the
way; httpx.URL does all three. No request is made here, and no policy is decided: see `origins`.
"""

from __future__ import annotations

import re

import httpx

from hingtui.api.origins import Origin, make_origin
from hingtui.model.errors import BadRedirect
from hingtui.text.i18n import _

_LONGEST_URL = 8192
_LAST_PORT = 65_535
_LOCATION = "hingtui.location"
"""The extension of a response that holds its raw `Location`."""
_ABSOLUTE = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_AUTHORITY = re.compile(rb"//([^/?]*)(.*)", re.DOTALL)


class ExactUrl(httpx.URL):
    """A URL that is requested with exactly the path and query that it was made with."""

    def __init__(self, base: str, target: bytes) -> None:
        """`base` is `scheme://host[:port]`; `target` is printable ASCII and begins with a slash.

        Raises httpx.InvalidURL for a `base` that cannot be used.
        """
        super().__init__(base)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """The request target."""
        return self._target


def origin_of(url: httpx.URL) -> Origin:
    """Raises ValueError. httpx's own reading of the URL: a second parser could be fooled."""
    if (url.port or 1) > _LAST_PORT:
        raise ValueError("no such port")
    return make_origin(url.scheme, url.raw_host.decode("ascii"), url.port)


def resolve(url: httpx.URL | None, location: bytes | str) -> tuple[httpx.URL, Origin]:
    """Where a redirect from `url` to `location` leads, or a link where there is no `url`.

    Raises BadRedirect where that is no usable web address.
    """
    # A link from JSON may hold lone surrogates; they must not be an error of another kind.
    raw = location.encode("utf-8", "surrogatepass") if isinstance(location, str) else location
    try:
        found = _resolved(url, raw.strip(b" \t\r\n"))
        return found, origin_of(found)
    except (httpx.InvalidURL, ValueError):
        text = _("The gateway redirects to an invalid web address.")
        raise BadRedirect(text) from None


def build_request(
    client: httpx.Client | httpx.AsyncClient,
    url: httpx.URL,
    headers: dict[str, str],
    trace: object,
) -> httpx.Request:
    """A GET for exactly `url`."""
    request = client.build_request("GET", url, headers=headers, extensions={"trace": trace})
    request.url = url  # httpx has made a plain URL of it, without the exact target
    return request


def set_location_aside(response: httpx.Response) -> None:
    """Move the raw `Location` of `response` to where `location_of` finds it.

    A response hook. Even where httpx follows no redirect it parses where one leads, and raises for
    what it cannot read (httpx 0.28, `Client._build_redirect_request`).
    """
    found = [value for name, value in response.headers.raw if name.lower() == b"location"]
    if found:
        response.extensions[_LOCATION] = found[0]
        del response.headers["location"]


async def set_location_aside_async(response: httpx.Response) -> None:
    """`set_location_aside` as a hook of an asynchronous client."""
    set_location_aside(response)


def location_of(response: httpx.Response) -> bytes:
    """The first `Location` of `response` as it came, or b""."""
    found: bytes = response.extensions.get(_LOCATION, b"")
    return found


def _resolved(url: httpx.URL | None, location: bytes) -> ExactUrl:
    """Raises ValueError or httpx.InvalidURL."""
    reference = location.partition(b"#")[0]
    if not 0 < len(location) <= _LONGEST_URL:
        raise ValueError("empty or too long")
    absolute = _ABSOLUTE.fullmatch(reference)
    if absolute is not None:
        return _at(absolute[1].decode("ascii").lower(), absolute[2])
    if url is None:
        raise ValueError("a link has no base")
    if reference.startswith(b"//"):
        return _at(url.scheme, reference)
    base = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return ExactUrl(base, _escaped(_merged(url.raw_path, reference)))


def _at(scheme: str, rest: bytes) -> ExactUrl:
    """The URL of `scheme` and of all that follows its colon."""
    parts = _AUTHORITY.fullmatch(rest)
    if parts is None or not parts[1] or scheme not in ("http", "https"):
        raise ValueError("no web address")
    url = ExactUrl(f"{scheme}://{_text(parts[1])}", _escaped(_rooted(parts[2])))
    if url.userinfo:
        raise ValueError("a name or password in a URL")
    return url


def _text(authority: bytes) -> str:
    """A host name as text: httpx makes the ASCII form of an international one."""
    try:
        return authority.decode("utf-8")
    except UnicodeDecodeError:
        return authority.decode("gb18030")


def _merged(base: bytes, reference: bytes) -> bytes:
    """A relative reference against the request target `base` (RFC 3986, 5.2.2)."""
    if reference.startswith(b"/"):
        return reference
    path, question, query = reference.partition(b"?")
    old_path, old_question, old_query = base.partition(b"?")
    if not path:
        return old_path + (question + query if question else old_question + old_query)
    folder = old_path.rpartition(b"/")[0]
    return _without_dots(folder + b"/" + path) + question + query


def _without_dots(path: bytes) -> bytes:
    """`path` with its `.` and `..` segments applied."""
    segments = path.split(b"/")
    kept: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            del kept[max(1, len(kept) - 1) :]  # the root stays
        elif segment != b".":
            kept.append(segment)
    if segments[-1] in (b".", b".."):
        kept.append(b"")
    return b"/".join(kept)


def _rooted(target: bytes) -> bytes:
    return target if target.startswith(b"/") else b"/" + target


def _escaped(target: bytes) -> bytes:
    """`target` with only those bytes percent-encoded that no request line can hold."""
    return re.sub(rb"[^!-~]", lambda found: b"%%%02X" % found[0][0], target)
