"""The pages that were read of an account's list, and the marks in it, without a screen."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from rich.style import Style

from hingtui.model.errors import ApiError, BadResponse, NotFound, NotOffered, ServerError
from hingtui.model.key import VideoKey
from hingtui.model.video import Status, Video
from hingtui.monitor import GatewayState, GatewayStatus, Row
from hingtui.monitor.raw_responses import RawResponse
from hingtui.text import i18n
from hingtui.ui.import_list import ImportList, Reading
from hingtui.ui.import_text import empty_message, import_title, state_message
from hingtui.ui.keys import default_key_for
from tests.support.keys import ids, key, keys

NOW = 1_000_000.0
ONLINE = GatewayStatus(GatewayState.ONLINE)


@dataclass(frozen=True)
class Page:
    videos: tuple[Video, ...]
    last_id: str | None = None
    server_time: float | None = None

    @property
    def raws(self) -> tuple[RawResponse, ...]:
        return (None,) * len(self.videos)  # type: ignore[return-value]


def page(*names: str, more: bool = True) -> Page:
    videos = tuple(Video(name, Status.READY, prompt=f"a film of {name}") for name in names)
    return Page(videos, names[-1] if names and more else None)


def read(*pages: Page) -> ImportList:
    account = ImportList("default")
    for each in pages:
        assert account.begin()
        account.take(each)
    return account


def watching(*names: str) -> dict[VideoKey, Row]:
    return {key(name): Row(name, added_at=NOW) for name in names}


def test_pages_follow_each_other() -> None:
    account = read(page("c", "b"), page("a", more=False))
    assert ids(account.shown({}, NOW)) == ["c", "b", "a"]
    assert account.state is Reading.END
    assert not account.begin()


def test_the_next_page_begins_behind_the_last_id() -> None:
    assert read(page("c", "b")).after == "b"


def test_no_second_request_begins_while_one_is_on_its_way() -> None:
    account = ImportList("default")
    assert account.begin()
    assert not account.begin()


def test_a_video_that_moved_to_the_next_page_is_kept_once() -> None:
    account = read(page("c", "b"), page("b", "a"))
    assert ids(account.shown({}, NOW)) == ["c", "b", "a"]


def test_a_page_that_repeats_the_one_before_is_the_end() -> None:
    assert read(page("c", "b"), page("c", "b")).state is Reading.END


def test_an_empty_page_is_the_end() -> None:
    assert read(page()).state is Reading.END


def test_a_failed_page_keeps_what_came_and_can_be_tried_again() -> None:
    account = read(page("c", "b"))
    account.begin()
    account.fail(ServerError())
    assert account.state is Reading.FAILED
    assert ids(account.shown({}, NOW)) == ["c", "b"]
    assert account.begin()
    assert account.after == "b"


@pytest.mark.parametrize("error", [NotOffered(), NotFound(), BadResponse()])
def test_an_unreadable_first_page_means_no_list(error: ApiError) -> None:
    account = ImportList("default")
    account.begin()
    account.fail(error)
    assert account.state is Reading.NO_LIST


def test_an_unreadable_later_page_is_only_an_error() -> None:
    account = read(page("c", "b"))
    account.begin()
    account.fail(BadResponse())
    assert account.state is Reading.FAILED


def test_a_watched_video_cannot_be_marked() -> None:
    account, watched = read(page("c", "b", "a")), watching("b")
    for name in ("c", "b"):
        account.mark(key(name), watched)
    assert account.marks == {key("c")}
    account.mark_all(account.rows, watched)
    assert account.marks == set(keys("c", "a"))
    account.invert(account.rows, watched)
    assert account.marks == set()


def test_a_mark_is_taken_away_again() -> None:
    account = read(page("c"))
    account.mark(key("c"), {})
    account.mark(key("c"), {})
    assert not account.marks


@pytest.mark.parametrize(("start", "end"), [("d", "b"), ("b", "d")])
def test_a_range_goes_from_the_last_mark_to_the_cursor(start: str, end: str) -> None:
    account = read(page("e", "d", "c", "b", "a"))
    account.mark(key(start), {})
    account.mark_range(key(end), list(account.rows), watching("c"))
    assert account.marks == set(keys("d", "b"))


def test_a_range_without_an_earlier_mark_is_one_video() -> None:
    account = read(page("c", "b"))
    account.mark_range(key("b"), list(account.rows), {})
    assert account.marks == {key("b")}


def test_a_range_begins_anew_where_the_last_mark_is_hidden() -> None:
    account = read(page("c", "b", "a"))
    account.mark(key("c"), {})
    account.mark_range(key("a"), keys("b", "a"), {})
    assert account.marks == set(keys("c", "a"))


def test_the_marked_are_chosen_in_the_order_of_the_list() -> None:
    account = read(page("c", "b", "a"))
    account.mark(key("a"), {})
    account.mark(key("c"), {})
    assert [entry.video.id for entry in account.chosen({}, key("b"))] == ["c", "a"]


def test_without_marks_the_selected_is_chosen() -> None:
    account = read(page("c", "b"))
    assert [entry.video.id for entry in account.chosen({}, key("b"))] == ["b"]
    assert account.chosen(watching("b"), key("b")) == []
    assert account.chosen({}, None) == []


def test_videos_added_elsewhere_meanwhile_are_not_chosen() -> None:
    account = read(page("c", "b"))
    account.mark_all(account.rows, {})
    assert [entry.video.id for entry in account.chosen(watching("c"), None)] == ["b"]


def test_the_filter_looks_into_what_is_shown() -> None:
    account = read(page("apple", "pear"))
    account.use_filter("film !pear")
    assert ids(account.shown({}, NOW)) == ["apple"]
    account.use_filter("")
    assert len(account.shown({}, NOW)) == 2


@pytest.mark.parametrize("word", ["watched", "已在关注"])
def test_watched_videos_are_found_by_the_word_in_each_language(word: str) -> None:
    account, watched = read(page("apple", "pear")), watching("pear")
    account.use_filter(word)
    assert ids(account.shown(watched, NOW)) == ["pear"]
    account.use_filter(f"!{word}")
    assert ids(account.shown(watched, NOW)) == ["apple"]


def words(account: ImportList, count: int | None = None, marked: int = 0) -> str:
    count = len(account.rows) if count is None else count
    return state_message(account, count, marked, ONLINE, default_key_for)


def test_the_number_of_videos_read_is_reported() -> None:
    account = read(page("c", "b"))
    assert words(account) == "2 read, there are more"
    account.begin()
    assert words(account) == "2 read, more are coming…"
    account.take(page("a", more=False))
    assert words(account, marked=2) == "2 marked · 3 videos, that is all"
    account.use_filter("film")
    assert words(account, count=1) == "1 of 3 · 3 videos, that is all"


def test_a_failed_page_says_why_and_how_to_try_again() -> None:
    account = read(page("c", "b"))
    account.begin()
    account.fail(ServerError())
    assert words(account) == "2 read · The gateway reports an internal error. r tries again."


def test_without_a_list_the_alternatives_are_named() -> None:
    account = ImportList("default")
    account.begin()
    account.fail(NotOffered())
    text = empty_message(account, 0, ONLINE, default_key_for)
    assert "Paste ids, URLs or whole logs with a" in text
    assert "hingtui add -" in text


def test_a_missing_token_is_reported() -> None:
    account = ImportList("default")
    account.begin()
    account.fail(ServerError())
    text = empty_message(account, 0, GatewayStatus(GatewayState.NO_TOKEN), default_key_for)
    assert text == "There is no token for this gateway yet."


def test_an_empty_account_is_not_taken_for_an_error() -> None:
    text = empty_message(read(page()), 0, ONLINE, default_key_for)
    assert text == "There are no videos in this account's list."


def test_several_gateways_are_named_in_the_heading() -> None:
    i18n.use_language("en")
    one = import_title(["default"], "default", Style()).plain
    several = import_title(["hingnet", "relay"], "relay", Style())
    assert one == "Import from the account"
    assert several.plain == "Import from the account   hingnet  relay "
    assert [s.style for s in several.spans if "relay" in several.plain[s.start : s.end]] == [
        "bold reverse"
    ]
