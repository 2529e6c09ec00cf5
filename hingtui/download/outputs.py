"""Download all files that one job made, side by side: `<id>.mp4`, `<id>-2.mp4` and so on.

Each is downloaded by `attempts`. What is wrong with one of them does not keep the others from
being saved, but the job counts as saved only when all of them are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from hingtui.download.attempts import download
from hingtui.download.interface import DownloadHooks, DownloadJob, Saved
from hingtui.model.errors import ApiError, Busy, Cancelled, DownloadError, HingtuiError, Scope


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files of one job. All are called in the download's thread; an index begins at 0."""

    count: Callable[[], int]
    """How many there are, as far as known by now."""
    link: Callable[[int], str]
    """The direct link to one, "" if none is known."""
    hooks: Callable[[int], DownloadHooks]
    """What the download of one asks and reports."""


def download_all(
    job: DownloadJob,
    outputs: Outputs,
    busy_part: tuple[os.stat_result | None, int] = (None, 0),
) -> Saved:
    """Download every file of the job that is not there yet; the first one, with the others' paths.

    `busy_part` is the file that another process was seen downloading to, and its index. Raises what
    `download` does; if only some files fail, once all were tried, a transient error first.
    """
    saved: list[Saved] = []
    errors: list[HingtuiError] = []
    part, busy_index = busy_part
    index = 0
    while index < max(1, outputs.count()):
        try:
            one = download(
                job,
                index=index,
                link=outputs.link(index),
                busy_part=part if index == busy_index else None,
                hooks=outputs.hooks(index),
            )
            saved.append(one)
        except Busy as busy:
            busy.index = index
            raise
        except (ApiError, DownloadError) as error:
            if error.scope is not Scope.VIDEO or isinstance(error, Cancelled):
                raise
            errors.append(error)
        index += 1
    if errors:
        raise next((error for error in errors if error.is_transient), errors[0])
    return replace(saved[0], others=tuple(one.path for one in saved[1:]))
