"""How the details, the table and JSON show an expiry and whether it is estimated."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from hingtui.cli.output import json_record
from hingtui.model.video import Cost, Status, Video
from hingtui.monitor import Row
from hingtui.storage.watchlist.entry import Entry, parse_entry
from hingtui.ui.table.cells import RenderContext, expiry_cell
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.detail_text import detail_text
from tests.support.clock import EPOCH

PALETTE = palette_of(DARK.to_color_system().generate())
CONTEXT = RenderContext(EPOCH, PALETTE, left=None)


def row(**known: Any) -> Row:
    known = {"completed_at": EPOCH, **known}
    video = Video("v", Status.READY, "completed", **known)
    return Row("v", EPOCH, video, EPOCH, is_old=False)


SERVER = {"expires_at": EPOCH + 600}
SIGNED = {"expires_at": EPOCH + 600, "expires_by_link": True}


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (SERVER, "the gateway"),
        (SIGNED, "the signed link"),
        ({}, "estimated: about 1 hour after completion"),
        ({"usual_life": 86_400.0}, "estimated: about 24 hours after completion"),
        ({"completed_at": None}, "unknown"),
        ({"usual_life": math.inf}, "never: your own gateway keeps it"),
    ],
)
def test_the_details_name_the_source_of_an_expiry(known: dict[str, Any], words: str) -> None:
    assert words in detail_text(row(**known), CONTEXT).plain


@pytest.mark.parametrize(
    ("known", "sure", "expires_at"),
    [
        (SERVER, "exact", EPOCH + 600),
        (SIGNED, "exact", EPOCH + 600),
        ({}, "estimated", None),
        ({"completed_at": None}, "unknown", None),
        ({"usual_life": math.inf}, "unknown", None),
    ],
)
def test_json_states_whether_an_expiry_is_exact(
    known: dict[str, Any], sure: str, expires_at: float | None
) -> None:
    record = json_record(row(**known), EPOCH)
    assert (record["expiry"], record["expires_at"]) == (sure, expires_at)


@pytest.mark.parametrize(
    ("known", "shown"),
    [(SERVER, "10:00"), (SIGNED, "10:00"), ({}, "~1:00:00"), ({"completed_at": None}, "")],
)
def test_only_an_estimated_expiry_has_a_tilde(known: dict[str, Any], shown: str) -> None:
    assert "".join(text for text, _style in expiry_cell(row(**known), CONTEXT, 9)).strip() == shown


def test_expired_is_red_and_probably_expired_is_amber() -> None:
    late = replace(CONTEXT, now=EPOCH + 9000)
    for known, shown in ((SERVER, ("gone", PALETTE.error)), ({}, ("gone?", PALETTE.warning))):
        ((text, style),) = expiry_cell(row(**known), late, 5)
        assert (text.strip(), style) == shown


def test_an_expired_link_does_not_prevent_a_download() -> None:
    watched = row(**SIGNED)
    assert watched.can_be_downloaded(EPOCH + 601)
    assert not row(**SERVER).can_be_downloaded(EPOCH + 601)


def test_the_cost_is_shown_with_its_unit() -> None:
    watched = row(cost=Cost(0.42, "USD"))
    assert "0.42 USD" in detail_text(watched, CONTEXT).plain
    assert json_record(watched, EPOCH)["cost"] == {"amount": 0.42, "unit": "USD"}
    assert json_record(row(), EPOCH)["cost"] is None


def test_a_running_video_shows_no_completion_time() -> None:
    watched = row()
    watched.video = Video("v", Status.GENERATING, created_at=EPOCH, completed_at=EPOCH)
    assert "Finished" not in detail_text(watched, CONTEXT).plain


def test_the_expiry_of_a_link_is_stored_without_the_link() -> None:
    video = row(**SIGNED, link="https://cdn.example/a.mp4?Expires=1").video
    stored = Entry("v", EPOCH, video).as_stored().as_table()
    assert "cdn.example" not in repr(stored)
    read = parse_entry(stored)
    assert read is not None
    assert read.video is not None
    assert (read.video.expires_at, read.video.expires_by_link) == (EPOCH + 600, True)
