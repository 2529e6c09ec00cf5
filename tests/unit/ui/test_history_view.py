"""The notices of the history where it lists nothing."""

from __future__ import annotations

import pytest

from hingtui.monitor.history_words import parse_history_words
from hingtui.ui.history_view import Found, note_text

NOW = 1_762_789_802.0


def note(words: str, *, numbers: tuple[int, ...] = (), total: int = 0) -> str:
    return note_text(Found(parse_history_words(words, NOW), list(numbers), total))


def test_an_empty_history_says_how_it_fills() -> None:
    assert note("").startswith("Nothing was watched yet. Videos that you add are listed here")


@pytest.mark.parametrize("words", ["moon", "since:2020-01-01"])
def test_a_search_without_a_match_names_the_way_back(words: str) -> None:
    assert note(words, total=3) == "No video matches. Esc shows all."


def test_a_bad_date_is_reported_beside_other_matches() -> None:
    assert "months are 1 to 12" in note("since:2020-13 moon", numbers=(1,), total=3)


def test_without_a_problem_there_is_no_message() -> None:
    assert note("moon", numbers=(1,), total=3) == ""
