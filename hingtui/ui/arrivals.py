"""Report new videos of accounts that are followed. Must not import Textual."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hingtui.model.key import DEFAULT_GATEWAY, VideoKey
from hingtui.model.no_list import not_followed
from hingtui.monitor import Changes
from hingtui.text.i18n import ngettext
from hingtui.ui.notifications import Toast


def arrival_toasts(changes: Changes) -> Iterator[Toast]:
    """One for each gateway, however many videos came from it."""
    by_gateway: dict[str, list[VideoKey]] = defaultdict(list)
    for key in changes.arrived:
        by_gateway[key.gateway].append(key)
    for gateway, keys in by_gateway.items():
        n = len(keys)
        if gateway == DEFAULT_GATEWAY:
            words = ngettext("{n} new video in the account", "{n} new videos in the account", n)
        else:
            words = ngettext("{n} new video from {gateway}", "{n} new videos from {gateway}", n)
        text = words.format(n=n, gateway=gateway)
        yield Toast(text, kind=f"arrived {gateway}", key=keys[0] if n == 1 else None)
    for gateway, error in changes.not_followed.items():
        yield Toast(not_followed(gateway, error), "warning")
