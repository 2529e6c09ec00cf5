"""Advice and details are joined with the punctuation of the language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hingtui.text.i18n import use_language
from hingtui.ui.advice import sentences


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("language", "parts", "shown"),
    [
        ("en", ("No answer.", "", "Wait."), "No answer. Wait. (refused.)"),
        ("zh", ("没有响应。", "", "请稍候。"), "没有响应。请稍候。（refused.）"),
    ],
)
def test_details_stand_in_the_brackets_of_the_language(
    language: str, parts: tuple[str, ...], shown: str
) -> None:
    use_language(language)
    assert sentences(*parts, details="refused.") == shown
    assert sentences(parts[0]) == parts[0]
