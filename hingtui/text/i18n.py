"""Choose the language and translate sentences. The English sentence is the msgid.

It imports nothing of hingtui.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping

ENGLISH = "en"
CHINESE = "zh"
LANGUAGES = (ENGLISH, CHINESE)

DOMAIN = "hingtui"

_catalogues: dict[str, gettext.NullTranslations] = {ENGLISH: gettext.NullTranslations()}
_language = ENGLISH


def _(text: str) -> str:
    """`text` in the language in use now."""
    # gettext translates "" to the header of the catalogue.
    return _catalogues[_language].gettext(text) if text else ""


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the sentence that fits `n` things."""
    return _catalogues[_language].ngettext(one, many, n)


def mark(text: str) -> str:
    """`text` itself: marks a constant for the catalogue that `_(…)` translates when it is shown."""
    return text


def use_language(code: str) -> None:
    """Translate into the language `code` from now on: "zh" or "en"."""
    global _language
    if code not in LANGUAGES:
        raise ValueError(f"not a language of hingtui: {code!r}")
    _catalogue(code)
    _language = code


def in_all_languages(text: str) -> tuple[str, ...]:
    """`text` in every language."""
    return tuple(_catalogue(code).gettext(text) for code in LANGUAGES)


def _catalogue(code: str) -> gettext.NullTranslations:
    if code not in _catalogues:
        from pathlib import Path  # slow to import, and not needed for English

        folder = Path(__file__).with_name("locale")
        _catalogues[code] = gettext.translation(DOMAIN, folder, ["zh_CN"])
    return _catalogues[code]


def current_language() -> str:
    """The language in use now: "zh" or "en"."""
    return _language


def language_from(environ: Mapping[str, str]) -> str:
    """The language that the environment asks for; English if there is no translation.

    HINGTUI_LANG comes first. Then, like GNU gettext: LC_ALL, LC_MESSAGES or LANG is the locale, and
    the list in LANGUAGE outranks it unless it is the C locale.
    """
    chosen = environ.get("HINGTUI_LANG", "").strip()
    if chosen:
        return _supported(chosen) or ENGLISH
    names = (environ.get(name, "").strip() for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return ENGLISH
    choices = [*environ.get("LANGUAGE", "").split(":"), locale]
    return next((code for choice in choices if (code := _supported(choice))), ENGLISH)


def is_translated(locale: str) -> bool:
    """Whether there are sentences in the language of `locale`: `zh`, `zh_CN.UTF-8`, `en`."""
    return bool(_supported(locale))


def _supported(locale: str) -> str:
    """The language of `locale` if there is a translation, else ""."""
    code = locale.strip(" \t\r\n\"'").lower()[:2]
    return code if code in LANGUAGES else ""
