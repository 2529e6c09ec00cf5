"""Remove parts that no download has open."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hingtui.download.part import opened_part
from hingtui.download.part_names import part_paths, part_target_of
from hingtui.download.storage_errors import raising_storage_errors
from hingtui.model.errors import Busy
from hingtui.model.key import VideoKey
from hingtui.model.video import MOST_FILES
from hingtui.system.files import is_taken, sync_folder


def discard_part(key: VideoKey, folder: Path) -> None:
    """Remove the parts of a video's files, unless another process is downloading them.

    Raises StorageError.
    """
    with raising_storage_errors(folder):
        for index in range(MOST_FILES):
            if not any(map(is_taken, part_paths(part_target_of(key, folder, index)))):
                continue
            with suppress(Busy), opened_part(key, folder, index) as part:
                part.discard()
                sync_folder(folder)
