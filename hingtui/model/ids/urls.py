"""Find the id of a video in a URL; of a URL without one only the host is repeated."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hingtui.model.ids import fields, shapes
from hingtui.model.ids.wrapping import NO_PART_OF_IDS, inner_url

URL = re.compile(r"(?i)https?://(?:(?![,;|]https?://)[^\s\"'<>`\\，；、。“”‘’（）【】《》「」])+")
_BEFORE_ID = frozenset({"video", "videos", "generations", "tasks", "jobs", "predictions"})
_BETWEEN_TEXT = (
    "generation text2video image2video text-to-video image-to-video multi-image2video video-extend "
    "edits extensions remix"
)
_BETWEEN = _BEFORE_ID | frozenset(_BETWEEN_TEXT.split())
"""Segments that may stand between `videos` and the id."""
_NO_ID_TEXT = (
    "content create list object recordinfo query status cancel delete retrieve download characters "
    "api v1 v2 v3 docs guides overview"
)
_NO_ID = frozenset(_NO_ID_TEXT.split())
_VERSION = re.compile(r"(?i)v\d\w{0,8}")
_BARE = re.compile(
    r"(?:[A-Za-z0-9][\w-]*(?:\.[\w-]+)+(?::\d+)?|)/?(?:[^/\s]{1,60}/){0,8}?v\d\w{0,8}/.*"
)
"""A URL without its scheme, or a path with a version: `GET /v1/videos/…`."""


def ids_in_url(url: str) -> list[tuple[str, bool]]:
    """Every id in `url`; else what may be repeated of it. Each with whether it is an id."""
    for address in dict.fromkeys((url.partition("|")[0], inner_url(url))):
        if words := _in_address(address):
            return [(word, True) for word in words]
    # Credentials, queries and fragments can be secrets: only the host is named.
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return [(f"{scheme}://{host}/…", False)]


def _in_address(url: str) -> list[str]:
    """The ids in the path of `url`, else in its query."""
    whole, _, fragment = url.partition("#")
    path, _, query = whole.partition("?")
    return _in_path(path) or _in_query(path, query or fragment.partition("?")[2])


def url_of_ids(url: str) -> str:
    """The URL in which the ids of `url` stand: itself, or the one that it redirects to."""
    return url if _in_address(url.partition("|")[0]) else inner_url(url)


def is_bare_url(word: str) -> bool:
    """Whether `word` is the path of an API, with or without a host before it."""
    return "/" in word and bool(_BARE.match(word)) and bool(_in_path(f"https://h/{word}"))


def _in_path(path: str) -> list[str]:
    """The ids in one segment of the path: the first one behind `videos` and the like."""
    segments = [unquote(one, errors="replace") for one in path.split("/")[3:]]
    if shapes.MEDIA_FILE.fullmatch(segments[-1]) if segments else True:
        return []
    has_version = any(_VERSION.fullmatch(segment) for segment in segments)
    for at, segment in enumerate(segments):
        if segment == "operations":
            return _operation(segments, at)
        if segment.lower() in _BEFORE_ID:
            rest = [one for one in segments[at + 1 :] if one.lower() not in _BETWEEN and one]
            return _split_segment(rest[0], has_version=has_version) if rest else []
    return []


def _operation(segments: list[str], at: int) -> list[str]:
    """`models/…/operations/…`: the whole name is the id."""
    begin = next((n for n in range(at) if segments[n] in ("models", "projects")), at)
    name = "/".join(segments[begin : at + 2]).rstrip(".:!)]},;")
    return [name] if shapes.OPERATION.fullmatch(name) else []


def _split_segment(segment: str, *, has_version: bool) -> list[str]:
    """The ids in one segment of a path, without whatever closed the sentence around it."""
    ascii_part = NO_PART_OF_IDS.split(segment)[0]  # a sentence may go on without a blank
    words = [
        word for piece in re.split("[,;]", ascii_part) if (word := piece.strip().rstrip(".:!)]}"))
    ]
    is_good = words and all(
        _is_id(word) and (has_version or re.search(r"[0-9_]", word) or shapes.is_id_in_prose(word))
        for word in words
    )
    return words if is_good else []


def _is_id(word: str) -> bool:
    return (
        shapes.is_sound(word)
        and word.lower() not in _NO_ID
        and not re.fullmatch(r"(?i)(?:your_)?(?:video|task|job|generation|request)?_?id", word)
    )


def _in_query(path: str, query: str) -> list[str]:
    """The id in `?taskId=…` and the like; `?id=…` only behind a path that is about videos."""
    if shapes.MEDIA_FILE.fullmatch(path):
        return []
    found: dict[int, str] = {}
    for pair in re.split("[&;]", query[:20_000]):
        name, _, value = pair.partition("=")
        name = fields.plain(unquote(name))
        word = unquote(value, errors="replace").strip().rstrip(".:!)]},")
        if not shapes.is_named_id(word):
            continue
        if fields.is_request_field(name):
            found.setdefault(99, word)
        elif fields.is_id_field(name) and (name != "id" or _is_about_videos(path)):
            # `?id=` beside `?task_id=` is the less telling one.
            found.setdefault(98 if name == "id" else fields.rank(name), word)
    return [found[min(found)]] if found else []


def _is_about_videos(path: str) -> bool:
    return (
        re.search(r"(?i)/(?:videos?|generations?|tasks?|jobs?|predictions?)(?:/|$)", path)
        is not None
    )
