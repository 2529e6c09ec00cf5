"""The next step for a path that cannot be used."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hingtui.download.storage_errors import raising_storage_errors
from hingtui.model.errors import SettingsError, StorageError
from hingtui.storage.settings.tokens import token_in_file
from hingtui.storage.settings.toml_table import read_toml
from hingtui.storage.watchlist import Watchlist
from hingtui.system.files import make_folder, next_step

IN_ITS_PLACE = "Something else stands in its place: move that away."


@pytest.mark.parametrize(
    ("number", "step"),
    [
        *((number, IN_ITS_PLACE) for number in (errno.EISDIR, errno.ENOTDIR, errno.ELOOP)),
        *((number, "Free some space on that disk.") for number in (errno.ENOSPC, errno.EDQUOT)),
        (errno.EACCES, "Check who owns it and its permissions."),
        (errno.EROFS, "That disk can only be read: choose another folder."),
        (errno.ENAMETOOLONG, "Choose a shorter name or path."),
        (errno.ENOENT, "Check how the path is written."),
        (errno.EIO, "Check the disk, who owns it and the space left."),
    ],
)
def test_the_step_fits_the_error(number: int, step: str) -> None:
    assert next_step(OSError(number, os.strerror(number))) == step


@pytest.mark.parametrize("put", [Path.mkdir, lambda path: path.symlink_to(path), os.mkfifo])
@pytest.mark.parametrize(
    "use", [read_toml, lambda path: token_in_file(path, []), lambda path: Watchlist(path).read()]
)
def test_something_in_a_files_place_should_be_moved_away(
    tmp_path: Path, put: Callable[[Path], object], use: Callable[[Path], object]
) -> None:
    path = tmp_path / "file"
    put(path)
    with pytest.raises((SettingsError, StorageError)) as caught:
        use(path)
    assert str(caught.value).endswith(IN_ITS_PLACE)
    assert str(path) in str(caught.value)


def test_a_file_in_the_folders_place_should_be_moved_away(tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.write_text("")
    with pytest.raises(StorageError) as caught, raising_storage_errors(folder):
        make_folder(folder)
    assert str(caught.value).endswith(IN_ITS_PLACE)
