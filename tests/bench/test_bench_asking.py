"""The benchmarks of polling and downloading still run and print their figures; nothing is timed."""

from __future__ import annotations

import math
import shutil

import pytest

from tests.bench import Figure, download, poll, report, schedule


def _figure(figures: list[Figure], words: str) -> Figure:
    return next(figure for figure in figures if words in figure.name)


def _are_sane(figures: list[Figure]) -> bool:
    return all(
        math.isfinite(number) and number >= 0
        for figure in figures
        for number in (figure.value, figure.peer_value, figure.ratio)
        if number is not None
    )


def test_the_schedule_is_compared_with_every_fixed_interval() -> None:
    figures = schedule.run(short=True)

    labels = [figure.name for figure in figures]
    assert all(any(f"every {n} s" in name for name in labels) for n in schedule.FIXED)
    assert _are_sane(figures)


def test_the_schedule_has_its_reach_lines_with_a_prior_and_without() -> None:
    judged = [figure for figure in schedule.run(short=True) if figure.reach]

    assert [figure.name for figure in judged] == [
        "prior learned, mix: requests × delay",
        "prior learned, linear: requests × delay",
        "no prior, mix: requests × delay",
        "no prior, linear: requests × delay",
    ]


def test_the_simulation_is_the_same_each_time() -> None:
    assert schedule.run(short=True) == schedule.run(short=True)


@pytest.mark.slow
def test_the_poll_counts_what_the_gateway_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    figures = poll.run(short=True)
    report("poll", figures)

    assert _are_sane(figures)
    assert _figure(figures, "no list: requests").value > 0
    assert "≤ 10 % of a core" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is the peer")
def test_a_download_is_compared_with_curl(capsys: pytest.CaptureFixture[str]) -> None:
    figures = download.run(short=True)
    report("download", figures)

    assert _are_sane(figures)
    assert _figure(figures, "1 Gbit/s: received").peer_name == "curl"
    assert "≥ 0.65×" in capsys.readouterr().out
