"""Hostile text in any field of a response is shown without control characters and aligned."""

from __future__ import annotations

import contextlib
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hingtui.api.pages import read_page
from hingtui.api.payload import NotAVideo, parse_video
from hingtui.api.response_errors import Call, Response, error_for
from hingtui.api.responses import read_link, read_video
from hingtui.cli.output import json_record, print_json, print_table
from hingtui.model.errors import ApiError, Corrupt, HingtuiError, StorageError
from hingtui.model.explain import diagnose
from hingtui.model.ids import find_ids
from hingtui.monitor import DownloadState, GatewayState, GatewayStatus, Row, StatusCounts
from hingtui.monitor.row import Download, HistoryEntry, LastError
from hingtui.ui.keys import default_key_for
from hingtui.ui.screens.dialogs import describe_found
from hingtui.ui.table.cells import RenderContext
from hingtui.ui.table.columns import ColumnLayout, ContentWidths, plan_columns
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.banner import banner_messages
from hingtui.ui.widgets.detail_text import detail_text
from hingtui.ui.widgets.header import HeaderState, header_line
from tests.support.clock import EPOCH
from tests.support.hostile_text import (
    EVERYTHING,
    KINDS,
    TEXT_FIELDS,
    as_body,
    assert_aligned,
    cells_of,
    harm_in,
    hostile_text,
    hostile_values,
    payloads,
)

PALETTE = palette_of(DARK.to_color_system().generate())
CONTEXT = RenderContext(EPOCH + 60, PALETTE, left=30.0)
WIDTHS = (20, 80, 130, 200)
Lines = list[str]


def watched(payload: object, **more: Any) -> Row:
    """A row of the video that this payload describes."""
    video = parse_video(payload, "video_one")
    seen = HistoryEntry(EPOCH, video.status, video.raw_status, video.progress)
    return Row("video_one", EPOCH, video, EPOCH, is_old=False, history=[seen], **more)


def table_lines(*rows: Row) -> Lines:
    """The lines that `hingtui status` prints for these rows."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_table(rows, CONTEXT.now)
    return printed.getvalue().split("\n")[:-1]


def json_lines(row: Row) -> Lines:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_json(json_record(row, CONTEXT.now))
    return printed.getvalue().split("\n")[:-1]


def sinks(row: Row) -> Iterator[tuple[str, Lines]]:
    """Every place where a row is shown or printed, with its lines there."""
    widths = ContentWidths()
    widths.grow([row])
    for width in WIDTHS:
        for plan in plan_columns(width, widths, ColumnLayout()):
            cell = "".join(text for text, _style in plan.cell(row, CONTEXT, plan.width))
            assert cells_of(cell) == cell_len(cell) <= plan.width, (plan.key, cell)
            yield f"column {plan.key}", [cell]
    yield "detail", detail_text(row, CONTEXT).plain.split("\n")
    yield "status", table_lines(row)
    yield "status --json", json_lines(row)


def banner(error: ApiError) -> Lines:
    messages = banner_messages(
        [("", GatewayStatus(GatewayState.DENIED, error=error))],
        notices=(),
        palette=PALETTE,
        key_for=default_key_for,
    )
    return [message.plain for message in messages]


def assert_harmless(row: Row) -> None:
    for sink, lines in sinks(row):
        for line in lines:
            assert not harm_in(line), sink
    record = json_record(row, CONTEXT.now)
    assert [json.loads(line) for line in json_lines(row)] == [record]
    assert_aligned(table_lines(row))


@settings(deadline=None)
@given(payloads)
def test_any_video_is_shown_without_control_characters(payload: dict[str, object]) -> None:
    response = Response(200, {}, as_body(payload))
    try:
        video = read_video(response, "video_one", EPOCH).video
    except ApiError as error:
        assert_harmless(Row("video_one", EPOCH, last_error=LastError(error, EPOCH)))
        return
    seen = HistoryEntry(EPOCH, video.status, video.raw_status, video.progress)
    assert_harmless(Row("video_one", EPOCH, video, EPOCH, is_old=False, history=[seen]))


REACHED = {
    "id": {"detail"},
    "status": {"column status", "detail", "status", "status --json"},
    "model": {"column model", "detail", "status", "status --json"},
    "prompt": {"column title", "detail", "status", "status --json"},
    "size": {"column shape", "detail", "status --json"},
    "remixed_from_video_id": {"detail"},
    "error": {"detail", "status --json"},
    "error.message": {"detail", "status --json"},
    "error.code": {"detail", "status --json"},
    "error.type": {"detail", "status --json"},
    "failed error.message": {"column title", "detail", "status --json"},
    "failed fail_reason": {"column title", "detail", "status --json"},
}
"""Where a field's own words are seen; the fields not named here are seen nowhere as they come."""


def field_payloads() -> Iterator[tuple[str, object]]:
    """For each field, a video with all hostile text in that field."""
    for name in TEXT_FIELDS:
        yield name, {"id": "a", "status": "queued"} | {name: f"Witness{EVERYTHING}"}
    for name in ("message", "code", "type"):
        error = {name: f"Witness{EVERYTHING}"}
        yield f"error.{name}", {"id": "a", "status": "queued", "error": error}
    for name in ("fail_reason", "failure_reason", "reason"):
        yield f"failed {name}", {"id": "a", "status": "failed", name: f"Witness{EVERYTHING}"}
    error = {"message": f"Witness{EVERYTHING}"}
    yield "failed error.message", {"id": "a", "status": "failed", "error": error}
    for holder in ("data", "result", "metadata", "output"):
        yield (
            f"{holder}.url",
            {"id": "a", "status": "queued", holder: {"url": f"Witness{EVERYTHING}"}},
        )


def test_each_field_is_shown_only_in_its_places_and_cleaned() -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for name, payload in field_payloads():
        row = watched(payload)
        assert_harmless(row)
        reached[name] |= {sink for sink, lines in sinks(row) if any("Witness" in x for x in lines)}
    for name, where in REACHED.items():
        assert reached[name] == where, name
    unseen = {name for name, where in reached.items() if not where}
    assert {"video_url", "url", "output_url", "metadata.url", "progress", "seconds"} <= unseen


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_all_fields_at_once_is_cleaned(kind: str) -> None:
    error = dict.fromkeys(("code", "message"), KINDS[kind])
    everywhere: dict[str, object] = dict.fromkeys(("id", "model", "prompt", "size"), KINDS[kind])
    for status in ("success", "failed", KINDS[kind]):
        assert_harmless(watched(everywhere | {"status": status, "error": error}))


def test_rows_with_hostile_text_stay_aligned_on_one_line() -> None:
    rows = [
        watched({"id": "a", "status": text[:40], "model": text, "prompt": text})
        for text in KINDS.values()
    ]
    lines = table_lines(*rows)
    assert len(lines) == len(rows) + 1
    assert_aligned(lines)


_HEADERS = ("x-oneapi-request-id", "content-type", "retry-after", "location", "server", "date")
_MARKUP = ("<html><title>{}</title>", "<Error><Code>{}</Code><Message>{}</Message></Error>", "{}")
_bodies = hostile_values.map(as_body) | st.builds(
    lambda form, text: form.replace("{}", text).encode("utf-8", "surrogatepass"),
    st.sampled_from(_MARKUP),
    hostile_text,
)
_statuses = st.sampled_from([400, 401, 402, 403, 404, 410, 416, 418, 429, 500, 501, 502, 503])


@settings(deadline=None)
@given(
    st.sampled_from(Call),
    _statuses,
    _bodies | payloads.map(as_body),
    st.dictionaries(st.sampled_from(_HEADERS), hostile_text),
)
@example(Call.RETRIEVE, 401, as_body({"error": EVERYTHING}), {"x-oneapi-request-id": EVERYTHING})
def test_any_error_response_is_shown_without_control_characters(
    call: Call, status: int, body: bytes, headers: Mapping[str, str]
) -> None:
    error = error_for(call, Response(status, headers, body), EPOCH)
    saving = Download(DownloadState.FAILED, error=error)
    row = Row("video_one", EPOCH, last_error=LastError(error, EPOCH), download=saving, failures=1)
    assert_harmless(row)
    for line in (*banner(error), *vars(error).values(), str(error)):
        assert not harm_in(str(line), has_lines=True)


@settings(deadline=None)
@given(_bodies | payloads.map(as_body), st.dictionaries(st.sampled_from(_HEADERS), hostile_text))
def test_any_body_with_status_200_is_parsed_or_refused_cleanly(
    body: bytes, headers: Mapping[str, str]
) -> None:
    response = Response(200, headers, body)
    for read in (
        lambda: read_page(response, None, 100, EPOCH).videos,
        lambda: [read_link(response)],
    ):
        try:
            found: Any = read()
        except ApiError as error:  # a gateway's error message may have several lines
            for line in (*vars(error).values(), str(error)):
                assert not harm_in(str(line), has_lines=True)
        else:
            assert not harm_in(repr(found))
            assert not any(harm_in(text) for one in found if isinstance(text := one, str))


@pytest.mark.parametrize("error", [HingtuiError, StorageError, Corrupt, LookupError])
def test_the_programs_own_errors_are_shown_without_control_characters(
    error: type[Exception],
) -> None:
    shown = diagnose(error(EVERYTHING))
    assert not harm_in(f"{shown.short}{shown.what}{shown.advice.text}{shown.details}")


def test_valid_entries_among_hostile_list_entries_are_kept() -> None:
    entries = [{"id": EVERYTHING, "status": EVERYTHING}, {"id": "video_good", "status": "queued"}]
    response = Response(200, {}, as_body({"data": [[], EVERYTHING, *entries]}))
    page = read_page(response, None, 100, EPOCH)
    assert [video.id for video in page.videos] == ["video_good"]
    with pytest.raises(NotAVideo):
        parse_video([EVERYTHING])


@pytest.mark.parametrize("video_id", ["video\u200b_one", "video_one\n\x1b", "v" * 501, "v  1"])
def test_a_list_entry_with_an_unusable_id_is_skipped(video_id: str) -> None:
    with pytest.raises(NotAVideo):
        parse_video({"id": video_id, "status": "queued"})


def test_a_numeric_id_keeps_all_digits() -> None:
    assert parse_video({"id": 1985432109876543210, "status": "queued"}).id == "1985432109876543210"


def test_a_prompt_of_many_lines_is_shown_in_part() -> None:
    shown = detail_text(watched({"id": "a", "status": "queued", "prompt": "a\n" * 9000}), CONTEXT)
    assert "8800 more lines" in shown.plain
    assert shown.plain.count("\n") < 300


def test_an_undecodable_file_name_is_shown_cleaned() -> None:
    name = Path("/home/\udcff\x1b]0;x\x07/[/]\u202e表.mp4")
    row = watched({"id": "a", "status": "success"}, saved=name)
    assert_harmless(row)
    assert "/home/?]0;x/[/]表.mp4" in detail_text(row, CONTEXT).plain


@settings(deadline=None)
@given(hostile_text, hostile_text, st.sampled_from([1, 10, 40, 80, 200]))
def test_the_header_is_one_clean_line_of_its_width(host: str, notice: str, width: int) -> None:
    connection = GatewayStatus(GatewayState.ONLINE)
    gateways = [(host, connection)]
    state = HeaderState(StatusCounts(), gateways, EPOCH, is_demo=True, total=2, shown=1)
    line = header_line(state, PALETTE, width).text.plain
    assert not harm_in(line)
    assert cell_len(line) == cells_of(line)
    if width > 20:
        assert cell_len(line) <= width
    shown = banner_messages(gateways, notices=[notice], palette=PALETTE, key_for=default_key_for)
    assert shown
    assert not any(harm_in(message.plain) for message in shown)


@settings(deadline=None)
@given(hostile_text | hostile_values.map(json.dumps) | payloads.map(json.dumps))
@example('["\\u001bx=oh-12345678", "Bearer \\u001bc\\u009bx_1"]')
@example('{"id": "\\u001bc:oh-abcdefgh"}')
def test_pasted_text_is_shown_without_control_characters(text: str) -> None:
    found = find_ids(text)
    for word in (*found.ids, *found.rejected, describe_found(text, frozenset()).sentence):
        assert not harm_in(word)
