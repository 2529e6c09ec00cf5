"""Why a command did nothing, or does it later: what is so, and what to do about it.

Must not import Textual: it is tested without a screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hingtui.model.explain import diagnose
from hingtui.model.video import Status
from hingtui.monitor import GatewayState, GatewayStatus, Row
from hingtui.text.cell_width import fit
from hingtui.text.clean import clean_line, time_of_day
from hingtui.text.i18n import _, ngettext
from hingtui.ui.advice import advice_text, sentences

if TYPE_CHECKING:
    from hingtui.ui.keys import KeyFor  # imports Textual

_STATUS_LENGTH = 40
"""Characters of a status word that hingtui does not know."""
_COPIED_CELLS = 300
"""Cells of a copied text that a toast shows."""
_NOT_ASKING = (
    GatewayState.STARTING,
    GatewayState.NO_TOKEN,
    GatewayState.DENIED,
    GatewayState.PAUSED,
    GatewayState.OFFLINE,
)
"""The states in which what is known of a video may be outdated."""


def why_no_file(row: Row, gateway: GatewayStatus, key_for: KeyFor) -> str:
    """Why the gateway has no file of a video that is not ready."""
    is_outdated = row.is_old or gateway.state in _NOT_ASKING
    match row.status:
        case Status.QUEUED if is_outdated:
            return _("When it was last asked about, it was still in the gateway's queue.")
        case Status.QUEUED:
            return _("It is still in the gateway's queue: it can be downloaded once it is ready.")
        case Status.GENERATING if is_outdated:
            return _("When it was last asked about, it was still being generated.")
        case Status.GENERATING:
            return _("It is still being generated: it can be downloaded once it is ready.")
        case Status.FAILED:
            words = _("Its generation failed, so there is no file. {key} shows why.")
            return words.format(key=key_for("detail"))
        case Status.EXPIRED:
            return _(
                "It has expired: the gateway has deleted its file. Ask for it again where you "
                "made it."
            )
        case _ if row.video is not None:
            words = _(
                "The gateway calls it “{word}”, which hingtui does not know: it can be downloaded "
                "once it is ready."
            )
            return words.format(word=clean_line(row.video.raw_status, _STATUS_LENGTH))
        case _:
            return _why_unknown(row, gateway, key_for)


def _why_unknown(row: Row, gateway: GatewayStatus, key_for: KeyFor) -> str:
    """Why nothing is known about a video."""
    error = row.last_error.error if row.last_error is not None else None
    if error is None and gateway.state in (GatewayState.OFFLINE, GatewayState.DENIED):
        error = gateway.error
    if error is not None:
        diagnosis = diagnose(error, of_all=error is gateway.error)
        return sentences(diagnosis.what, advice_text(diagnosis.advice, key_for))
    if row.failures:
        return _("The gateway does not know this id (yet). It is asked again automatically.")
    if gateway.state is GatewayState.NO_TOKEN:
        return _no_token(key_for)
    if gateway.state is GatewayState.NOT_SET:
        return _not_set()
    if gateway.state is GatewayState.PAUSED:
        return _asking_paused(key_for)
    return _("The gateway has not answered about it yet.")


def why_not_opened(row: Row, now: float, gateway: GatewayStatus, key_for: KeyFor) -> str:
    """Why a video that is not saved cannot be opened. `now`: Unix seconds, this machine's clock."""
    if row.status is not Status.READY:
        return why_no_file(row, gateway, key_for)
    if row.is_downloading:
        return _("Its download is not finished yet.")
    if row.expiry is not None and row.expiry.at <= now:
        try_it = _("{key} tries anyway.").format(key=key_for("download"))
        return sentences(expired_message(row, now), try_it)
    return _("It is not saved yet: {key} downloads it.").format(key=key_for("download"))


def expired_message(row: Row, now: float) -> str:
    """Say that the file of an unsaved video has expired, or probably has; "" if it has not."""
    expiry = row.expiry
    if expiry is None or expiry.at > now:
        return ""
    if row.has_vanished(now):
        words = _("It was not saved, and its file should have expired at {time}.")
    else:
        words = _("It was not saved, and its file has probably expired, at about {time}.")
    return words.format(time=time_of_day(expiry.at))


def begun_message(n: int, why_waiting: str) -> str:
    """What happens to `n` downloads that were just asked for."""
    words = ngettext("{n} video will be downloaded", "{n} videos will be downloaded", n)
    text = words.format(n=n)
    return _("{what}. {why}").format(what=text, why=why_waiting) if why_waiting else text


def why_waiting(gateway: GatewayStatus, key_for: KeyFor) -> str:
    """Why downloads do not begin now; "" if they do."""
    if gateway.state is GatewayState.NO_TOKEN:
        return _no_token(key_for)
    if gateway.state is GatewayState.NOT_SET:
        return _not_set()
    if gateway.state is GatewayState.SLOWED and gateway.until is not None:
        words = _("The gateway asks for a pause until {time}.")
        return words.format(time=time_of_day(gateway.until))
    if gateway.state is GatewayState.OFFLINE and gateway.error is not None:
        what = diagnose(gateway.error, of_all=True).what
        return sentences(what, _("Downloads continue automatically after that."))
    if gateway.state is GatewayState.DENIED and gateway.error is not None:
        diagnosis = diagnose(gateway.error, of_all=True)
        return sentences(diagnosis.what, advice_text(diagnosis.advice, key_for))
    return ""


def why_not_asking(gateway: GatewayStatus, *, is_paused: bool, key_for: KeyFor) -> str:
    """Why no request is sent now, even though a person asks for it; "" if one is."""
    if gateway.state is GatewayState.NO_TOKEN:
        return _no_token(key_for)
    if gateway.state is GatewayState.NOT_SET:
        return _not_set()
    return _asking_paused(key_for) if is_paused else ""


def sent_to_clipboard(texts: list[str]) -> str:
    """Say that texts were sent to the clipboard, and show the first, to be selected by hand.

    A terminal may ignore the request, and says nothing then.
    """
    first = fit(texts[0], _COPIED_CELLS)
    if len(texts) == 1:
        return _("Sent to the terminal's clipboard: {what}").format(what=first)
    words = _("{n} lines sent to the terminal's clipboard, the first: {what}")
    return words.format(n=len(texts), what=first)


def _no_token(key_for: KeyFor) -> str:
    return _("There is no token yet: {key} types it.").format(key=key_for("detail"))


def _not_set() -> str:
    return _("Its gateway is not in the settings: add it to config.toml, or remove the video.")


def _asking_paused(key_for: KeyFor) -> str:
    return _("Asking is paused: {key} goes on.").format(key=key_for("pause"))
