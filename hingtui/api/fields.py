"""Read single values out of JSON: text, numbers, the first of several names."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from hingtui.text.clean import clean_line

Fields = Mapping[str, object]

_LARGEST_ID = 10**40
_LONGEST_INNER_JSON = 2**20


def decoded(body: bytes) -> str:
    """A JSON body as text: UTF-8, UTF-16 or UTF-32, with or without a byte-order mark.

    An invalid byte costs one character, not the whole response.
    """
    return body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")


def load_json(body: bytes) -> object:
    """The value of a JSON body; raw newlines and tabs in its strings are allowed.

    Raises ValueError or RecursionError.
    """
    return json.loads(decoded(body), strict=False)


def first(found: Fields, names: Iterable[str]) -> object:
    """The value of the first of `names` that holds anything."""
    return next((found[name] for name in names if found.get(name) not in (None, "")), None)


def at(found: object, path: str) -> object:
    """What stands at a dotted path such as `output.videos.0.url`; None where nothing does."""
    for step, place in _steps(path):
        if isinstance(found, str):
            found = opened(found)
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and 0 <= place < len(found):
            found = found[place]
        else:
            return None
    return found


@lru_cache(maxsize=1000)
def _steps(path: str) -> tuple[tuple[str, int], ...]:
    """The names of a dotted path, each also as a place in a list (-1: it is none)."""
    return tuple((step, int(step) if step.isdigit() else -1) for step in path.split("."))


def every(found: object, paths: Iterable[str]) -> Iterator[object]:
    """What stands at each of these paths, where anything does."""
    for path in paths:
        if isinstance(found, dict) and found.get(_steps(path)[0][0]) is None:
            continue  # most of them are not there
        if (value := at(found, path)) not in (None, ""):
            yield value


def opened(value: object) -> object:
    """`value`, or what it holds where it is JSON inside a string."""
    if not isinstance(value, str) or len(value) > _LONGEST_INNER_JSON:
        return value
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        inner: object = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return value
    return inner


def line(value: object) -> str:
    """One cleaned line from a string or a plain number; "" for everything else."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_ID:
        return str(value)  # an id can have more digits than a float
    plain = number(value)
    return "" if plain is None else f"{plain:.15g}"


def number(value: object) -> float | None:
    """A finite float from a number or from short digits; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\s*[-+]?\d[\d.eE+-]{0,40}\s*", value):
        return None
    try:
        plain = float(value)
    except (ValueError, OverflowError):
        return None
    return plain if math.isfinite(plain) else None
