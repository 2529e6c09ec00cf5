"""The word for the state of a row says only what is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import NotFound, Unauthorized, Unreachable
from hingtui.monitor import GatewayState, GatewayStatus, Row, RowState
from hingtui.monitor.row import LastError
from hingtui.monitor.state_words import row_word
from tests.support.clock import EPOCH
from tests.support.watch import job, watching

OFFLINE = GatewayStatus(GatewayState.OFFLINE, EPOCH, error=Unreachable())
DENIED = GatewayStatus(GatewayState.DENIED, error=Unauthorized())


@pytest.mark.parametrize(
    ("state", "gateway", "word"),
    [
        (RowState.ASKING, GatewayStatus(GatewayState.ONLINE), "asking"),
        (RowState.ASKING, GatewayStatus(GatewayState.NO_TOKEN), "not asked yet"),
        (RowState.ASKING, GatewayStatus(GatewayState.PAUSED), "not asked yet"),
        (RowState.ASKING, OFFLINE, "no answer"),
        (RowState.MISSING, GatewayStatus(GatewayState.ONLINE), "not found yet"),
        (RowState.MISSING, OFFLINE, "no answer"),
        (RowState.MISSING, DENIED, "token refused"),
        (RowState.READY, OFFLINE, "ready"),
    ],
)
def test_the_word_depends_on_whether_the_gateway_answers(
    state: RowState, gateway: GatewayStatus, word: str
) -> None:
    assert row_word(Row("video_one", EPOCH), state, gateway) == word


def test_the_rows_own_error_comes_before_the_gateways() -> None:
    row = Row("video_one", EPOCH, last_error=LastError(NotFound(), EPOCH))
    assert row_word(row, RowState.MISSING, OFFLINE) == "not found"


async def test_a_gateway_is_online_only_once_it_has_answered(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        assert watch.state.value == "connecting"
        watch.monitor.add(["video_one"])
        await watch.look()
        assert watch.state is GatewayState.ONLINE
        watch.clock.advance(700)
        assert watch.monitor.gateway_status.since == pytest.approx(watch.monitor.now() - 700)


async def test_asking_again_does_not_make_a_silent_gateway_online(tmp_path: Path) -> None:
    async with watching(tmp_path, job()) as watch:
        watch.monitor.add(["video_one"])
        await watch.look()
        watch.server.stop()
        await watch.look(after=60, times=5)
        assert watch.state is GatewayState.OFFLINE
        watch.monitor.ask()
        assert watch.state.value == "connecting"
