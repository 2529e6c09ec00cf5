"""Recording videos, merging later sightings of them, and searching."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.model.eta import Basis
from hingtui.model.key import VideoKey
from hingtui.model.video import Cost, Status, Video, VideoError
from hingtui.storage.history import (
    Duration,
    History,
    HistoryState,
    HistoryVideo,
    Search,
    Sighting,
    StatusChange,
    Term,
)
from hingtui.storage.history import search as search_module
from hingtui.storage.watchlist import Entry
from tests.support.clock import EPOCH, FakeClock
from tests.support.histories import seen


def found(history: History, wanted: Search | None = None) -> list[HistoryVideo]:
    return history.videos(history.find(wanted or Search()))


def ids(history: History, *terms: Term, since: float | None = None) -> list[str]:
    return [video.entry.id for video in found(history, Search(terms, since=since))]


def test_a_video_is_read_back_as_it_was_recorded(history: History) -> None:
    video = Video(
        "v_1",
        status=Status.FAILED,
        raw_status="失败",
        model="veo-3.1",
        prompt="中秋夜\n满月",
        seconds=8.0,
        size="1280x720",
        created_at=EPOCH,
        completed_at=EPOCH + 90,
        expires_at=EPOCH + 3690,
        expires_by_link=True,
        error=VideoError("", "refused"),
        cost=Cost(0.5, "USD"),
        remote_id="task_9",
    )
    entry = Entry("v_1", EPOCH, video, EPOCH + 91, Path("/videos/满月.mp4"), 7, gateway="relay")
    known = HistoryVideo(entry, duration=Duration(90.0), saved_at=EPOCH + 95, sha256="ab" * 32)
    history.record([Sighting(known)])
    assert found(history) == [replace(known, highest_cost=0.5)]


def test_neither_link_nor_progress_is_stored(history: History, tmp_path: Path) -> None:
    secret = "https://storage.example/v?signature=SECRET"
    history.record([seen("v_1", link=secret, progress=45.0)])
    history.close()
    assert b"SECRET" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert found(history)[0].entry.video == Video("v_1", Status.READY, created_at=EPOCH)


def test_a_name_that_is_not_utf_8_is_read_back(history: History) -> None:
    name = os.fsdecode(b"/videos/\xff.mp4")
    history.record([seen("v_1", saved=name)])
    assert found(history)[0].entry.saved == Path(name)


def test_all_files_of_a_job_are_read_back(history: History) -> None:
    files = (Path("/videos/满月.mp4"), None, Path(os.fsdecode(b"/videos/\xff-3.mp4")))
    one = seen("v_1", outputs=3)
    entry = replace(one.video.entry, files=files)
    history.record([replace(one, video=replace(one.video, entry=entry))])
    (video,) = found(history)
    assert video.entry.files == files
    assert video.entry.video is not None
    assert video.entry.video.outputs == 3


def test_what_a_newer_sighting_leaves_out_is_kept(history: History) -> None:
    history.record([seen("v_1", model="veo", prompt="moon", took=9.0, saved="/videos/v_1.mp4")])
    history.record([Sighting(HistoryVideo(Entry("v_1", EPOCH + 60)))])
    (video,) = found(history)
    assert video.entry.video is not None
    assert (video.entry.video.model, video.entry.video.prompt) == ("veo", "moon")
    assert video.entry.saved == Path("/videos/v_1.mp4")
    assert video.duration == Duration(9.0)


def test_a_finished_video_never_becomes_unfinished(history: History) -> None:
    history.record([seen("v_1", status=Status.FAILED)])
    history.record([seen("v_1", status=Status.GENERATING, at=5)])
    assert found(history)[0].state(EPOCH) is HistoryState.FAILED


def test_a_file_saved_anew_has_no_digest_of_the_old_one(history: History) -> None:
    first = seen("v_1", saved="/videos/a.mp4")
    history.record([replace(first, video=replace(first.video, sha256="aa"))])
    history.record([seen("v_1", saved="/videos/b.mp4", at=1)])
    (video,) = found(history)
    assert (video.entry.saved, video.sha256) == (Path("/videos/b.mp4"), None)


def test_what_the_gateway_says_outranks_a_measured_duration(history: History) -> None:
    history.record([seen("v_1", took=90.0)])
    history.record([seen("v_1", took=95.0, is_observed=True)])
    assert found(history)[0].duration == Duration(90.0)


def test_a_refund_is_the_fall_of_the_cost(history: History) -> None:
    history.record([seen("v_1", status=Status.GENERATING, cost=(0.8, "USD"))])
    history.record([seen("v_1", status=Status.FAILED, cost=(0.0, "USD"), at=1)])
    assert found(history)[0].refunded == 0.8


def test_only_unchanged_entries_are_known(history: History) -> None:
    one, other = seen("v_1", saved="/videos/v_1.mp4"), seen("v_2")
    history.record([one, other])
    entries = [one.video.entry, other.video.entry]
    assert history.are_known(entries) == [True, True]
    changed = [
        replace(entries[0], saved=Path("/videos/other.mp4")),
        replace(entries[0], asked_at=EPOCH + 5),
        replace(entries[1], id="v_3"),
    ]
    assert history.are_known(changed) == [False, False, False]


def test_videos_of_two_gateways_with_one_id_are_two(history: History) -> None:
    history.record([seen("v_1", gateway="a"), seen("v_1", gateway="b")])
    assert {video.key for video in found(history)} == {VideoKey("a", "v_1"), VideoKey("b", "v_1")}


def test_a_status_change_is_stored_once(history: History) -> None:
    queued = StatusChange(EPOCH, Status.QUEUED, "queued")
    ready = StatusChange(EPOCH + 60, Status.READY, "success")
    again = StatusChange(EPOCH + 90, Status.READY, "success")
    history.record([seen("v_1", queued)])
    history.record([seen("v_1", queued, ready)])
    history.record([seen("v_1", again)])
    assert history.changes(VideoKey("default", "v_1")) == [queued, ready]


def test_all_of_a_batch_is_stored_or_nothing(history: History) -> None:
    with pytest.raises(ValueError, match="not an id"):
        history.record([seen("v_1"), seen("not\nan id")])
    history.record([seen("v_2")])
    assert ids(history) == ["v_2"]


def test_the_number_of_videos_is_limited(tmp_path: Path, clock: FakeClock) -> None:
    history = History(tmp_path / "history.sqlite3", most=3, clock=clock)
    history.record([seen(f"v_{n}", at=n, prompt=f"number {n}") for n in range(5)])
    assert ids(history) == ["v_4", "v_3", "v_2"]
    assert ids(history, Term("number 0")) == []
    history.close()


def test_only_its_owner_can_read_it(history: History, tmp_path: Path) -> None:
    history.record([seen("v_1")])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"history.sqlite3", "history.sqlite3-wal"} <= set(modes)


def test_a_history_that_others_could_read_is_made_private(history: History) -> None:
    history.record([seen("v_1")])
    history.close()
    history.path.chmod(0o644)
    history.record([seen("v_2")])
    assert stat.S_IMODE(history.path.stat().st_mode) == 0o600


def test_several_histories_share_one_file(history: History, clock: FakeClock) -> None:
    other = History(history.path, clock=clock)
    other.record([seen("v_1")])
    history.record([seen("v_2", at=1)])
    other.record([seen("v_3", at=2)])
    assert ids(history) == ids(other) == ["v_3", "v_2", "v_1"]
    other.close()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("moon", ["v_2"]),
        ("MOON", ["v_2"]),
        ("满月", ["v_1"]),
        ("月", ["v_1"]),
        ("满月从山", ["v_1"]),
        ("veo", ["v_2"]),
        ("v_", ["v_2", "v_1"]),
        ("100%", ["v_2"]),
        ("1_0", []),
        ('say "x"', ["v_2"]),
        ("über", ["v_2"]),
        ("Ü", ["v_2"]),
        ("refused", ["v_1"]),
        ("nothing", []),
    ],
)
@pytest.mark.parametrize("has_index", [True, False])
def test_a_word_is_found_anywhere_in_the_texts(
    history: History,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    expected: list[str],
    has_index: bool,
) -> None:
    if not has_index:
        monkeypatch.setattr(search_module, "has_word_index", lambda _db: False)
    history.record(
        [
            seen("v_1", prompt="中秋夜，满月从山后升起", error=VideoError("", "refused")),
            seen("v_2", at=1, prompt='a Moon, 100% ÜBER, say "x"', model="veo-3.1"),
        ]
    )
    assert ids(history, Term(word)) == expected


def test_a_common_short_word_is_found_from_the_last_one_backwards(history: History) -> None:
    history.record([seen(f"v_{n}", at=n, prompt="月" if n % 2 else "日") for n in range(300)])
    numbers = history.find(Search((Term("月"),)), most=3)
    assert [video.entry.id for video in history.videos(numbers)] == ["v_299", "v_297", "v_295"]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Term("veo", "prompt"), ["v_2"]),
        (Term("veo", "model"), ["v_1"]),
        (Term("relay", "gateway"), ["v_2"]),
        (Term("relay"), []),
        (Term("veo", is_wanted=False), ["v_3"]),
        (Term(states=frozenset((HistoryState.SAVED,))), ["v_3"]),
        (Term("moon", states=frozenset((HistoryState.SAVED,))), ["v_3", "v_1"]),
        (Term("1280", "size"), ["v_1"]),
        (Term(), []),
    ],
)
def test_a_term_may_be_limited_to_a_field(
    history: History, term: Term, expected: list[str]
) -> None:
    history.record(
        [
            seen("v_1", model="veo-3", prompt="moon", size="1280x720"),
            seen("v_2", at=1, gateway="relay", prompt="like veo"),
            seen("v_3", at=2, saved="/videos/v_3.mp4"),
        ]
    )
    assert ids(history, term) == expected


def test_dates_are_compared_with_the_creation(history: History) -> None:
    history.record([seen(f"v_{n}", at=n * 100) for n in range(3)])
    assert ids(history, since=EPOCH + 100) == ["v_2", "v_1"]
    assert history.find(Search(until=EPOCH)) == []


def test_videos_expired_meanwhile_count_as_expired(history: History, clock: FakeClock) -> None:
    history.record([seen("v_1", expires=60), seen("v_2", at=1, expires=60, basis=Basis.ESTIMATE)])
    expired = Term(states=frozenset((HistoryState.EXPIRED,)))
    ready = Term(states=frozenset((HistoryState.READY,)))
    assert (ids(history, expired), ids(history, ready)) == ([], ["v_2", "v_1"])
    clock.advance(60)
    assert (ids(history, expired), ids(history, ready)) == (["v_1"], ["v_2"])
    assert found(history)[1].state(clock.time()) is HistoryState.EXPIRED
