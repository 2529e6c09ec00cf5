"""What a download's error means once it is not tried again."""

from __future__ import annotations

import pytest

from hingtui.model.errors import ApiError, Expired, HingtuiError, NotReady, ServerError
from hingtui.model.video import Status, Video
from hingtui.monitor.retry_policy import final_error
from hingtui.monitor.row import Row

END = 2_000.0


def ready(expires_at: float | None) -> Row:
    """A video whose file expires then, as the gateway says."""
    video = Video("video_one", status=Status.READY, completed_at=500.0, expires_at=expires_at)
    return Row("video_one", 0.0, video=video)


def test_a_file_that_is_missing_after_its_expiry_has_expired() -> None:
    error = NotReady("deleted", code="video_expired", request_id="req_1", http_status=404)
    gone = final_error(ready(END), error, END + 1)
    assert isinstance(gone, Expired)
    assert (gone.message, gone.code, gone.request_id) == ("deleted", "video_expired", "req_1")
    assert gone.http_status == 404


@pytest.mark.sample(None)
@pytest.mark.parametrize(
    ("expires_at", "error"),
    [(END + 2, NotReady("wait")), (None, NotReady("wait")), (END, ServerError("broken"))],
)
def test_other_errors_are_unchanged(expires_at: float | None, error: HingtuiError) -> None:
    assert isinstance(error, ApiError)
    assert final_error(ready(expires_at), error, END + 1) is error
