"""The toasts about videos that came from followed accounts."""

from __future__ import annotations

from hingtui.model.errors import NotOffered
from hingtui.model.key import VideoKey
from hingtui.monitor import Changes
from hingtui.ui.arrivals import arrival_toasts
from tests.support.keys import keys


def texts(changes: Changes) -> list[str]:
    return [toast.text for toast in arrival_toasts(changes)]


def test_all_new_videos_of_a_gateway_share_one_toast() -> None:
    arrived = [VideoKey("relay", "a"), VideoKey("hingnet", "b"), VideoKey("relay", "c")]
    assert texts(Changes(arrived=arrived)) == [
        "2 new videos from relay",
        "1 new video from hingnet",
    ]


def test_the_only_gateway_needs_no_name() -> None:
    assert texts(Changes(arrived=keys("a", "b"))) == ["2 new videos in the account"]


def test_a_toast_about_one_video_leads_to_it() -> None:
    (toast,) = arrival_toasts(Changes(arrived=keys("a")))
    assert toast.key == keys("a")[0]


def test_a_gateway_without_a_list_is_a_warning() -> None:
    (toast,) = arrival_toasts(Changes(not_followed={"relay": NotOffered(http_status=405)}))
    assert toast.severity == "warning"
    assert toast.text.startswith("relay cannot be followed")


def test_nothing_new_needs_no_toast() -> None:
    assert texts(Changes(ready=keys("a"))) == []
