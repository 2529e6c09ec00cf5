"""The benchmarks still run and still print what they measure; nothing here is about time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench import Figure, against, alone, number, report, summary

if sys.platform == "win32" or not Path("/proc/self/stat").exists():
    pytest.skip("needs a pseudo-terminal and /proc", allow_module_level=True)

from tests.bench.__main__ import main


def printed(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([name, "--short"]) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_startup_is_measured_against_a_bare_app_and_a_bare_python(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = printed("startup", capsys)
    assert "first content, 12 videos" in output
    assert "bare Static app" in output
    assert "python -c pass" in output


@pytest.mark.slow
def test_the_table_is_measured_against_the_stock_table(capsys: pytest.CaptureFixture[str]) -> None:
    output = printed("table", capsys)
    assert "100: load and first paint" in output
    assert "100: 100/s all visible: key→paint p50" in output
    assert "stock" in output


@pytest.mark.slow
def test_the_idle_dashboard_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    output = printed("idle", capsys)
    assert "200 videos, 40 in sight generating" in output
    assert "200 videos, all saved, nothing moves" in output


def test_a_ratio_is_judged_by_its_reach_line() -> None:
    assert against("load", 3.0, "ms", "stock", 40.0, at_most=0.1).is_met
    assert not against("speed", 3.0, "MB/s", "curl", 40.0, at_least=0.65).is_met
    assert against("load", 3.0, "ms", "stock", 40.0).is_met is None


def test_a_figure_that_has_a_peer_can_be_judged_by_itself() -> None:
    figure = alone("idle", 2.0, "%", peer_name="bare", peer_value=1.0, at_most=3)
    assert (figure.ratio, figure.reach, figure.is_met) == (2.0, "≤ 3 %", True)


def test_the_columns_of_a_report_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    report("title", [alone("key→paint", 12345.0, "ms"), alone("冰镇汽水", 0.5, "%", at_most=1)])
    _, title, head, first, second = capsys.readouterr().out.splitlines()
    assert title == "title"
    assert head.index("hingtui") == first.index("12,345") + len("12,345 ms") - len("hingtui")
    assert second.split() == ["冰镇汽水", "0.5", "%", "≤", "1", "%", "reached"]


def test_the_summary_names_what_is_not_reached(capsys: pytest.CaptureFixture[str]) -> None:
    reached, missed = alone("a", 1, "ms", at_most=2), against("b", 3, "ms", "c", 1, at_most=2)
    summary([("table", reached), ("idle", missed), ("idle", Figure("d", 1, "s"))])
    output = capsys.readouterr().out
    assert "1 of 2 Reach lines reached" in output
    assert "not reached: idle: b: 3×, to be ≤ 2×" in output


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.012345, "0.0123"),
        (1.5, "1.5"),
        (12.34, "12.3"),
        (20.0, "20"),
        (1234.5, "1,234"),
    ],
)
def test_numbers_have_three_figures(value: float, text: str) -> None:
    assert number(value) == text
