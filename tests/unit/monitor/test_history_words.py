"""Parsing the words of a search in the history."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from hingtui.monitor.history_words import parse_history_words
from hingtui.storage.history import HistoryState, Search, Term

pytestmark = pytest.mark.usefixtures("in_shanghai")

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC).timestamp()
"""11:00 in Shanghai."""
DAY = 86_400.0


def midnight(month: int, day: int) -> float:
    return datetime(2026, month, day, tzinfo=UTC).timestamp() - 8 * 3600


def wanted(text: str) -> Search:
    return parse_history_words(text, NOW).wanted


def test_an_empty_search_matches_everything() -> None:
    assert wanted("  ").is_all


def test_words_are_searched_in_their_fields() -> None:
    assert wanted("Moon model:Veo !gateway:ark prompt：月").terms == (
        Term("moon"),
        Term("veo", "model"),
        Term("ark", "gateway", is_wanted=False),
        Term("月", "prompt"),
    )


@pytest.mark.parametrize("word", ["fail", "失败", "FAILED"])
def test_a_state_is_found_by_its_word_in_any_language(word: str) -> None:
    (plain, field) = wanted(f"{word} status:{word}").terms
    assert plain == Term(word.casefold(), states=frozenset((HistoryState.FAILED,)))
    assert field == Term("", "status", frozenset((HistoryState.FAILED,)))


def test_lost_is_another_word_for_expired() -> None:
    assert wanted("status:lost").terms[0].states == {HistoryState.EXPIRED}


def test_a_status_that_does_not_exist_matches_nothing() -> None:
    assert wanted("status:xyz").terms == (Term("", "status"),)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", midnight(11, 26), midnight(11, 27)),
        ("今天", midnight(11, 26), midnight(11, 27)),
        ("Yesterday", midnight(11, 25), midnight(11, 26)),
        ("since:2026-11-20", midnight(11, 20), None),
        ("until:2026-11-20", None, midnight(11, 21)),
        ("since:2026-10 until:2026-10", midnight(10, 1), midnight(11, 1)),
        ("since:7d", NOW - 7 * DAY, None),
        ("until:12h", None, NOW - DAY / 2),
        ("since:yesterday", midnight(11, 25), None),
        ("since:2026/11/20", midnight(11, 20), None),
        ("until:2026.11.20", None, midnight(11, 21)),
        ("since：2026年11月20日 until:2026年11月", midnight(11, 20), midnight(12, 1)),
        ("since:7天", NOW - 7 * DAY, None),
        ("since:1w until:12小时", NOW - 7 * DAY, NOW - DAY / 2),
    ],
)
def test_dates_are_those_of_this_machine(
    text: str, since: float | None, until: float | None
) -> None:
    assert wanted(text) == Search(since=since, until=until)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since:", "no date"),
        ("until:soon", "no date"),
        ("since:2026-13", "the months are 1 to 12"),
        ("since:2026-00-01", "the months are 1 to 12"),
        ("since:2026-02-30", "the days of that month are 1 to 28"),
        ("until:2026-04-00", "the days of that month are 1 to 30"),
        ("since:0000-01-01", "there is no year 0"),
        ("since:2026-11-20-", "no date"),
        ("since:2026年", "no date"),
        ("!since:2026-11-20", "no ! goes before a date"),
    ],
)
def test_an_invalid_date_is_left_out_with_reason_and_example(text: str, expected: str) -> None:
    words = parse_history_words(f"moon {text}", NOW)
    assert words.wanted == Search((Term("moon"),))
    assert text in words.problem
    assert expected in words.problem
    assert re.search("Write (since|until):2026-11-20", words.problem)


@pytest.mark.parametrize(
    "text",
    ["since:0001-01-01", "until:9999-12-31", "until:9999-12", "since:0001-01", "since:9999999d"],
)
def test_far_out_dates_are_dates(text: str) -> None:
    words = parse_history_words(text, NOW)
    assert (words.problem, words.wanted.is_all) == ("", False)
    assert words.wanted.since is None or words.wanted.since < NOW - 1000 * 365 * DAY
    assert words.wanted.until is None or words.wanted.until > NOW + 1000 * 365 * DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since:2026-11-20 until:2026-11-10", "ends before it begins"),
        ("until:2026-11-10 since:7d", "ends before it begins"),
        ("since:9999-01-01", "still to come"),
        ("moon since:2026-11-27", "still to come"),
    ],
)
def test_contradictory_dates_are_reported(text: str, expected: str) -> None:
    problem = parse_history_words(text, NOW).problem
    assert expected in problem
    assert "moon" not in problem


def test_a_very_long_word_is_cut_in_its_middle() -> None:
    problem = parse_history_words("since:" + "x" * 10_000 + "end", NOW).problem
    assert len(problem) < 140
    assert "since:xxx" in problem
    assert "xxend is no date" in problem


def test_today_can_be_a_word_of_a_prompt() -> None:
    assert wanted("prompt:today").terms == (Term("today", "prompt"),)


def test_words_of_the_prompt_are_highlighted() -> None:
    words = parse_history_words("Moon !sun model:veo prompt:月 status:ready", NOW)
    assert words.highlighted == ("moon", "月")
