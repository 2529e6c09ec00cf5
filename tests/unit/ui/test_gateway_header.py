"""Several gateways in the header, at any width."""

from __future__ import annotations

import pytest
from rich.style import Style

from hingtui.model.errors import RateLimited, Unreachable
from hingtui.model.video import Cost, Status, Video
from hingtui.monitor import GatewayState, GatewayStatus, Row, RowState, StatusCounts
from hingtui.monitor.batch_progress import Batch
from hingtui.monitor.state_words import row_state_icon, row_word
from hingtui.ui.alert_text import BannerLine
from hingtui.ui.keys import default_key_for
from hingtui.ui.screens.help_text import _signs
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.banner import banner_messages
from hingtui.ui.widgets.header import HeaderState, header_line
from tests.support.clock import EPOCH
from tests.support.keys import key

PALETTE = palette_of(DARK.to_color_system().generate())
ONLINE = GatewayStatus(GatewayState.ONLINE, since=EPOCH)
OFFLINE = GatewayStatus(GatewayState.OFFLINE, since=EPOCH, error=Unreachable("No route."))


def line(*gateways: tuple[str, GatewayStatus], width: int = 120, **more: object) -> str:
    state = HeaderState(StatusCounts(), gateways, EPOCH, is_demo=False, **more)  # type: ignore[arg-type]
    return header_line(state, PALETTE, width).text.plain


def test_gateways_that_are_well_are_names_with_a_tick() -> None:
    assert line(("east", ONLINE), ("west", ONLINE)).rstrip().endswith("east ✓ west ✓ auto off")


def test_only_a_failing_gateway_has_words() -> None:
    shown = line(("east", ONLINE), ("west", OFFLINE))
    assert "east ✓" in shown
    assert "west: offline since" in shown


def test_names_become_a_number_where_there_is_little_room() -> None:
    shown = line(("a-long-name", ONLINE), ("another-name", ONLINE), width=40)
    assert "2 online" in shown


def test_a_gateway_in_trouble_is_named_even_in_thirty_cells() -> None:
    assert "west !" in line(("east", ONLINE), ("west", OFFLINE), width=30)


def test_gateways_that_are_paused_together_are_one_word() -> None:
    paused = GatewayStatus(GatewayState.PAUSED)
    shown = line(("east", paused), ("west", paused))
    assert shown.count("paused") == 1


def test_the_balance_of_an_account_is_shown_with_its_unit() -> None:
    shown = line(("host.example", ONLINE), balances=[("", Cost(12.5, "USD"))])
    assert "12.5 USD left" in shown


BATCH = Batch(1, 3, 33, is_waiting=False)


def while_downloading(width: int, batch: Batch | None = BATCH) -> str:
    """The header of 13 videos, three of which are being downloaded."""
    ready = [Video(f"r{n}", Status.READY, expires_at=EPOCH + 60) for n in range(3)]
    running = [Video(f"g{n}", Status.GENERATING) for n in range(10)]
    rows = {key(video.id): Row(video.id, EPOCH, video) for video in (*ready, *running)}
    counts = StatusCounts()
    counts.update(rows, rows, EPOCH)
    gateways = tuple((name, ONLINE) for name in ("east", "north", "west"))
    state = HeaderState(
        counts,
        gateways,
        EPOCH,
        is_demo=True,
        total=13,
        shown=13,
        batch=batch,
        speed=1e6,
        auto_download=True,
    )
    return header_line(state, PALETTE, width).text.plain


def test_a_time_behind_the_speed_of_downloads_says_what_it_is() -> None:
    assert "next expiry in 1:00" in while_downloading(140)
    assert "MB/s   expires in 1:00 " in while_downloading(100)
    assert f"MB/s   {row_state_icon(RowState.EXPIRED)} 1:00 " in while_downloading(80)


def test_without_downloads_a_time_alone_is_the_next_expiry() -> None:
    assert "▸ 10   1:00 " in while_downloading(60, None)


def test_eighty_cells_have_room_for_automatic_downloads() -> None:
    assert "auto on" in while_downloading(80)


def test_without_colours_two_urgent_parts_are_two_blocks() -> None:
    palette = palette_of(DARK.to_color_system().generate(), no_color=True)
    counts = StatusCounts()
    failed, ready = Video("a", Status.FAILED), Video("b", Status.READY, expires_at=EPOCH + 60)
    rows = {key(video.id): Row(video.id, EPOCH, video) for video in (failed, ready)}
    counts.update(rows, rows, EPOCH)
    text = header_line(HeaderState(counts, (), EPOCH, is_demo=False), palette, 100).text
    reversed_ = [
        text.plain[s.start : s.end] for s in text.spans if Style.parse(str(s.style)).reverse
    ]
    assert reversed_ == ["✗ 1 failed", "next expiry in 1:00"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_banner_names_the_gateway_where_there_are_several(count: int) -> None:
    gateways = [("west", OFFLINE), ("east", ONLINE)][:count]
    [message] = banner_messages(gateways, notices=(), palette=PALETTE, key_for=default_key_for)
    assert message.plain.startswith("west: ") is (count == 2)


def test_information_stands_below_problems() -> None:
    alerts = [BannerLine("An offer.", "information"), BannerLine("2 expired.", "error")]
    shown = banner_messages(
        [("west", OFFLINE)], alerts=alerts, notices=(), palette=PALETTE, key_for=default_key_for
    )
    assert [text.plain for text in shown][::2] == ["2 expired.", "An offer."]
    assert "No route." in shown[1].plain


def test_a_pause_that_a_gateway_asks_for_is_no_banner() -> None:
    slowed = GatewayStatus(GatewayState.SLOWED, until=EPOCH + 30, error=RateLimited("Slow down."))
    gateways = [("west", slowed), ("east", ONLINE)]
    assert banner_messages(gateways, notices=(), palette=PALETTE, key_for=default_key_for) == []


@pytest.mark.parametrize(
    ("gateway", "counted"),
    [
        (GatewayStatus(GatewayState.STARTING), "∙ 12 not asked yet"),
        (GatewayStatus(GatewayState.CONNECTING), "∙ 12 asking"),
        (OFFLINE, "∙ 12 no answer"),
    ],
    ids=["starting", "connecting", "offline"],
)
def test_rows_without_an_answer_are_counted_on_their_own(
    gateway: GatewayStatus, counted: str
) -> None:
    counts = StatusCounts()
    counts.counts[RowState.ASKING] = 12
    counts.counts[RowState.UNKNOWN] = 1
    state = HeaderState(counts, [("east", gateway)], EPOCH, is_demo=False, total=13)
    shown = header_line(state, PALETTE, 120).text.plain
    assert f" {counted} " in shown
    assert " ? 1 unknown " in shown
    row = Row("video_1", added_at=0.0)
    assert counted == f"∙ 12 {row_word(row, RowState.ASKING, gateway)}"


def test_the_help_lists_every_sign_of_a_row() -> None:
    signs = "\n".join(line.plain for line in _signs(PALETTE, 200))
    assert all(row_state_icon(state) in signs for state in RowState)
