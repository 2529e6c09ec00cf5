"""What hingtui cannot do on a platform, in one sentence."""

from __future__ import annotations

from hingtui.text.i18n import _


def platform_limits(platform: str) -> str:
    """What cannot work on `platform`, which is `sys.platform`, and what to do; "" if all works."""
    if platform != "win32":
        return ""
    return _(
        "On Windows, where hingtui was never tested, other users may be able to read the token "
        "file, and Ctrl+Z does not suspend: in WSL everything works as on Linux."
    )
