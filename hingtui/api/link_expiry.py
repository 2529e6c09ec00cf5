"""Read from a signed link when it stops working.

Object stores and CDNs write that moment into the links they sign. The link itself is a secret:
only the moment leaves here. It must not import anything that asks or stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

_FIRST, _LAST = 1e9, 1e10
"""Unix seconds between which an expiry is believed: the years 2001 to 2286."""
_MOST_FIELDS = 200
_EPOCH_NAME = re.compile(
    r"e|exp|expires?|expires?(at|time)|expiry|expiration|deadline|x(oss|obs)?expires"
)
"""Parameters that hold Unix seconds, without `-` and `_`. Qiniu calls it `e`."""
_SPANS = ("qsigntime", "qkeytime")
"""Tencent: `start;end`."""


def link_expiry(link: str, now: float | None = None) -> float | None:
    """The Unix second at which `link` stops working; None if it names none.

    If several parameters name one, the earliest counts. `now` is Unix seconds: an Aliyun `auth_key`
    holds either the moment of expiry or that of the signing, so one before `now` is ignored.
    """
    try:
        query = parse_qsl(urlsplit(link).query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    fields: dict[str, str] = {}
    for name, value in query:
        plain = re.sub("[-_]", "", name.lower().removeprefix("amp;"))
        fields.setdefault(plain, value.strip()[:64])
    found = [moment for moment in _moments(fields, now) if _FIRST < moment < _LAST]
    return min(found, default=None)


def _moments(fields: Mapping[str, str], now: float | None) -> Iterator[float]:
    for name, value in fields.items():
        signed_by = re.fullmatch(r"x([a-z]{2,6})date", name)
        if signed_by is not None:
            yield from _signed(value, fields.get(f"x{signed_by[1]}expires", ""))
        elif _EPOCH_NAME.fullmatch(name):
            yield from _epoch(value)
            yield from _iso(value)
        elif name == "se":  # Azure
            yield from _iso(value)
        elif name in _SPANS:
            yield from _epoch(value.partition(";")[2])
        elif name == "authkey":  # Aliyun's CDN: timestamp-rand-uid-md5
            yield from (at for at in _epoch(value.partition("-")[0]) if now is None or at > now)


def _signed(date: str, seconds: str) -> Iterator[float]:
    """A date of signing and the seconds from then on, as all the `X-…-Date` schemes write them."""
    if re.fullmatch(r"\d{1,9}", seconds):
        for start in (*_iso(date), *_epoch(date)):
            yield start + int(seconds)


def _epoch(value: str) -> Iterator[float]:
    """Unix seconds or milliseconds in digits; a small number is a span and no moment."""
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", value):
        number = float(value)
        yield number / 1000 if number >= _LAST else number


def _iso(value: str) -> Iterator[float]:
    """ISO 8601, extended or basic. Every scheme here signs in UTC."""
    if not re.match(r"\d{4}-?\d\d-?\d\d", value):
        return
    try:
        moment = datetime.fromisoformat(value.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        yield (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
    except (ValueError, OverflowError):
        return
