"""Turn the errors of the disk into the ones that a person is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.model.errors import StorageError, is_disk_full
from hingtui.system.files import next_step
from hingtui.text.i18n import _


@contextmanager
def raising_storage_errors(folder: Path) -> Iterator[None]:
    """Meanwhile, turn any OSError of the disk under `folder` into a StorageError."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            message = _("The disk is full: {folder}").format(folder=folder)
        else:
            reason = error.strerror or type(error).__name__
            sentence = _("Cannot write to {folder}: {reason}.")
            message = f"{sentence.format(folder=folder, reason=reason)} {next_step(error)}"
        raise StorageError.caused_by(error, message) from error
