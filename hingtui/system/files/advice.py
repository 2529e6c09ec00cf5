"""Say what a person can do about a file or folder that cannot be used."""

from __future__ import annotations

import errno

from hingtui.system.files.disk import NotAFile
from hingtui.text.i18n import _

_OTHER_THING = (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM)


def next_step(error: OSError) -> str:
    """One sentence for what stands in the way at the path that `error` is about."""
    if isinstance(error, NotAFile) or error.errno in _OTHER_THING:
        return _("Something else stands in its place: move that away.")
    if error.errno in _FULL:
        return _("Free some space on that disk.")
    if error.errno in _DENIED:
        return _("Check who owns it and its permissions.")
    if error.errno == errno.EROFS:
        return _("That disk can only be read: choose another folder.")
    if error.errno == errno.ENAMETOOLONG:
        return _("Choose a shorter name or path.")
    if error.errno == errno.ENOENT:
        return _("Check how the path is written.")
    return _("Check the disk, who owns it and the space left.")


def error_text(error: OSError) -> str:
    """What went wrong, where, and what can be done about it, without the number of the error."""
    from hingtui.text.wrap import in_a_row  # hardly ever needed

    reason = error.strerror or str(error)
    if error.filename is not None:
        sentence = _("{path} cannot be used: {reason}.").format(path=error.filename, reason=reason)
    else:
        sentence = _("Something could not be read or written: {reason}.").format(reason=reason)
    return in_a_row((sentence, next_step(error)))
