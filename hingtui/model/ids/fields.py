"""The names of fields that hold the id of a video, in every spelling (`taskId`, `TASK_ID`)."""

from __future__ import annotations

import re

_VIDEO = ("id", "videoid", "taskid", "generationid", "jobid", "operationid")
"""Fields of the video's own id; the first one that is there counts."""
_REQUEST = "requestid"
"""A video's id at some gateways, and the id of the question itself at others."""
_NAME = ("name", "operationname", "operation")
"""Fields that hold an id if it is the name of an operation."""
_LABELS_TEXT = (
    "ids videoids taskids jobids video videos task tasks job jobs generation generations "
    "note see here info debug warning warn error notice trace created submitted added queued done "
    "ready saved failed watching result results output"
)
_LABELS = frozenset(_LABELS_TEXT.split())
"""Words before a colon in a sentence or a log: what follows is judged by its own shape."""
_LISTS = frozenset({"ids", "videoids", "taskids", "jobids", "generationids"})
_OF_ANOTHER = re.compile(r"from|source|parent|orig|remix|prev|input|upstream|user|base|ref|extend")
_ENDING = re.compile(r"(?:video|task|job|generation)id$")


def plain(name: str) -> str:
    """`name` in one spelling: ASCII letters and digits only, in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_id_field(name: str) -> bool:
    """Whether a plain name is that of a video's own id; `MY_VIDEO_ID` in a script is one too."""
    return name in _VIDEO or (_ENDING.search(name) is not None and not _OF_ANOTHER.search(name))


def is_of_another(name: str) -> bool:
    """Whether a plain name says that its value belongs to another video: `remixedfrom`."""
    return _OF_ANOTHER.search(name) is not None


def rank(name: str) -> int:
    """Which of several id fields counts: the lowest."""
    return _VIDEO.index(name) if name in _VIDEO else len(_VIDEO)


def is_request_field(name: str) -> bool:
    return name == _REQUEST


def is_name_field(name: str) -> bool:
    """Whether it holds an id only where its value is the name of an operation."""
    return name in _NAME


def is_label(name: str) -> bool:
    """Whether a plain name stands before a colon as a heading; one of no ASCII letters does."""
    return name in _LABELS or not name


def is_list_of_ids(name: str) -> bool:
    return name in _LISTS
