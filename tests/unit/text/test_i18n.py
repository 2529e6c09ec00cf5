"""Choosing the language and translating messages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from hingtui.text.i18n import _, current_language, language_from, mark, ngettext, use_language


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def python(*arguments: str) -> bytes:
    """The output of a new interpreter with these arguments."""
    command = [sys.executable, *arguments]
    answer = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 – our own words
    return answer.stdout.strip()


def test_the_default_language_is_english() -> None:
    script = "from hingtui.text.i18n import *; print(current_language())"
    answer = python("-c", script)
    assert answer == b"en"


def test_english_returns_the_message_itself() -> None:
    assert _("true or false is expected") == "true or false is expected"


def test_chinese_returns_the_translation() -> None:
    use_language("zh")
    assert _("true or false is expected") == "应为 true 或 false"


def test_a_marked_message_is_translated_when_it_is_used() -> None:
    sentence = mark("true or false is expected")
    before = _(sentence)
    use_language("zh")
    assert _(sentence) != before


def test_a_message_without_translation_stays_english() -> None:
    use_language("zh")
    assert _("nobody translated this") == "nobody translated this"


def test_the_empty_message_stays_empty_in_chinese() -> None:
    use_language("zh")
    assert _("") == ""


@pytest.mark.parametrize(("count", "form"), [(0, "many"), (1, "one"), (2, "many")])
def test_english_has_singular_and_plural(count: int, form: str) -> None:
    assert ngettext("one", "many", count) == form


def test_current_language_returns_the_language_in_use() -> None:
    use_language("zh")
    assert current_language() == "zh"


def test_an_unsupported_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        use_language("fr")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "fr:en:zh"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "fr"}, "zh"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"HINGTUI_LANG": "zh", "LC_ALL": "C"}, "zh"),
        ({"HINGTUI_LANG": " ZH_cn ", "LANG": "en_US.UTF-8"}, "zh"),
        ({"HINGTUI_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"HINGTUI_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"HINGTUI_LANG": " ", "LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_the_environment_selects_the_language(environ: dict[str, str], language: str) -> None:
    assert language_from(environ) == language


def test_importing_i18n_loads_no_catalogue() -> None:
    script = (
        "import sys, hingtui.text.i18n; print('babel' in sys.modules, 'pathlib' in sys.modules)"
    )
    answer = python("-S", "-c", script)
    assert answer == b"False False"
