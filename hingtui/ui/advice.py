"""Put a diagnosis's advice into words for the screen, with the keys in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hingtui.model.diagnosis import Advice, Step
from hingtui.text.i18n import _

if TYPE_CHECKING:
    from hingtui.ui.keys import KeyFor  # imports Textual


def advice_text(advice: Advice, key_for: KeyFor) -> str:
    """The advice as sentences, "" where there is none."""
    step = "" if advice.step is None else _step_text(advice.step, key_for)
    return sentences(advice.text, step)


def sentences(*parts: str, details: str = "") -> str:
    """These sentences in a row, those that are "" left out, and the details in brackets."""
    from hingtui.text.wrap import in_a_row  # not for the first picture

    whole = [part for part in parts if part]
    if details:
        whole.append(_("({details})").format(details=details))
    return in_a_row(whole)


def _step_text(step: Step, key_for: KeyFor) -> str:
    match step:
        case Step.RESUME:
            return _("Press {key} to resume it.").format(key=key_for("download"))
        case Step.TRY_AGAIN:
            return _("Press {key} to try again now.").format(key=key_for("download"))
        case Step.ASK_OR_DOWNLOAD:
            words = _("Press {ask} to ask again, or {download} to download again.")
            return words.format(ask=key_for("ask"), download=key_for("download"))
        case Step.TYPE_TOKEN:
            return _("Press {key} to type another token.").format(key=key_for("detail"))
