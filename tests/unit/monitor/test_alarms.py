"""Which expiry alarms are due, at moments that the test chooses."""

from __future__ import annotations

from pathlib import Path

from hingtui.model.video import Status, Video
from hingtui.monitor import Download, Row
from hingtui.monitor.alarms import DueAlarms, Expiring, ExpiryAlarms, Soon
from hingtui.monitor.row import DownloadState
from tests.support.keys import key

NOW = 1_762_789_802.0


class Alarmed:
    """Rows, their alarms, and the time."""

    def __init__(self, **ends_in: float) -> None:
        self.now = NOW
        self.alarms = ExpiryAlarms()
        self.rows = {key(name): ready(name, at) for name, at in ends_in.items()}
        self.changed()

    def changed(self) -> None:
        self.alarms.update(self.rows, self.rows, self.now)

    def due(self, after: float = 0.0, *late: str) -> DueAlarms:
        self.now += after
        return self.alarms.due(self.rows, self.now, {key(name) for name in late})

    def within(self, after: float = 0.0, *late: str) -> list[tuple[str, float]]:
        """The thresholds passed after so many seconds."""
        return [(one.key.id, one.within) for one in self.due(after, *late).expiring]

    def expired(self, after: float = 0.0) -> list[str]:
        return [one.id for one in self.due(after).expired]


def ready(video_id: str, ends_in: float, **more: object) -> Row:
    known = {"expires_at": NOW + ends_in, **more}
    return Row(video_id, NOW, video=Video(video_id, Status.READY, **known))  # type: ignore[arg-type]


def test_each_threshold_is_reported_once() -> None:
    alarmed = Alarmed(a=700)
    heard = [(second, *alarmed.within(1)) for second in range(1, 700)]
    assert [one for one in heard if len(one) > 1] == [
        (100, ("a", 600)),
        (520, ("a", 180)),
        (640, ("a", 60)),
    ]
    assert alarmed.expired(1) == ["a"]
    assert not alarmed.due(1000)


def test_alarms_of_the_same_moment_come_together() -> None:
    alarmed = Alarmed(a=650, b=650, c=230, d=9000)
    assert set(alarmed.within(51)) == {("a", 600), ("b", 600), ("c", 180)}


def test_only_the_shortest_passed_threshold_is_reported() -> None:
    alarmed = Alarmed(a=5000, b=100)
    assert alarmed.within() == [("b", 180)]
    assert alarmed.within(4950) == [("a", 60)]


def test_a_saved_or_removed_video_has_no_alarm() -> None:
    alarmed = Alarmed(a=700, b=700)
    alarmed.rows[key("a")].saved = Path("a.mp4")
    alarmed.changed()
    del alarmed.rows[key("b")]
    alarmed.alarms.update(alarmed.rows, [key("b")], NOW)
    assert not alarmed.due(650)
    assert not alarmed.due(100)
    assert not alarmed.alarms.unseen


def test_a_video_that_was_saved_this_moment_has_no_alarm() -> None:
    alarmed = Alarmed(a=610)
    alarmed.due(15)
    alarmed.rows[key("a")].saved = Path("a.mp4")  # what has changed is reported a little later
    assert alarmed.alarms.soon(alarmed.rows, alarmed.now) == []
    assert not alarmed.due(500)


def test_a_download_alarms_only_if_it_will_be_late() -> None:
    alarmed = Alarmed(a=700)
    alarmed.rows[key("a")].download = Download(DownloadState.RUNNING)
    alarmed.changed()
    assert alarmed.within(550) == []
    assert alarmed.within(10, "a") == [("a", 180)]
    assert alarmed.within(10, "a") == []


def test_a_cancelled_download_alarms_at_once() -> None:
    alarmed = Alarmed(a=700)
    alarmed.rows[key("a")].download = Download(DownloadState.RUNNING)
    alarmed.changed()
    assert alarmed.within(560) == []
    alarmed.rows[key("a")].download = None
    alarmed.changed()
    assert alarmed.within() == [("a", 180)]


def test_a_download_running_past_the_expiry_has_not_expired() -> None:
    alarmed = Alarmed(a=100)
    alarmed.within()
    alarmed.rows[key("a")].download = Download(DownloadState.RUNNING)
    alarmed.changed()
    assert alarmed.expired(150) == []
    alarmed.rows[key("a")].download = None
    alarmed.changed()
    assert alarmed.expired() == ["a"]


def test_an_expired_video_stays_until_it_is_seen() -> None:
    alarmed = Alarmed(a=10)
    assert alarmed.expired(11) == ["a"]
    alarmed.changed()
    assert alarmed.expired(500) == []
    assert list(alarmed.alarms.unseen) == [key("a")]
    assert alarmed.alarms.see()
    assert not alarmed.alarms.see()


def test_videos_expired_before_the_start_are_not_reported() -> None:
    alarmed = Alarmed(a=-10)
    assert not alarmed.due(10)


def test_a_video_that_the_gateway_reports_expired_is_reported() -> None:
    alarmed = Alarmed(a=9000)
    alarmed.rows[key("a")].video = Video("a", Status.EXPIRED)
    alarmed.changed()
    assert alarmed.expired() == ["a"]


def test_an_estimated_expiry_that_passes_is_not_called_expired() -> None:
    row = Row("a", NOW, video=Video("a", Status.READY, completed_at=NOW - 3500))
    alarmed = Alarmed()
    alarmed.rows[key("a")] = row
    alarmed.changed()
    assert alarmed.within() == [("a", 180)]
    assert alarmed.due(100) == DueAlarms(overdue=(key("a"),))
    assert not alarmed.due(100)
    assert (list(alarmed.alarms.unseen), list(alarmed.alarms.unseen_overdue)) == ([], [key("a")])
    assert alarmed.alarms.see()


def test_a_threshold_is_not_repeated_when_a_fresh_link_lasts_longer() -> None:
    alarmed = Alarmed(a=170)
    assert alarmed.due().expiring == (Expiring(key("a"), 180.0),)
    alarmed.rows[key("a")].video = Video("a", Status.READY, expires_at=NOW + 400)
    alarmed.changed()
    assert alarmed.within(230) == []
    assert alarmed.within(120) == [("a", 60)]


def test_the_banner_counts_videos_about_to_expire_unsaved() -> None:
    alarmed = Alarmed(a=50, b=100, c=170, d=590, e=3000, f=40)
    alarmed.rows[key("f")].download = Download(DownloadState.RUNNING)
    alarmed.due()
    assert alarmed.alarms.soon(alarmed.rows, NOW) == [
        Soon(60, 1, False),
        Soon(180, 3, False),
        Soon(600, 4, False),
    ]
    assert alarmed.alarms.soon(alarmed.rows, NOW + 175) == [Soon(600, 1, False)]
