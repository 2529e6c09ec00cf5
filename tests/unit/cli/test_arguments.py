"""Error messages about arguments."""

from __future__ import annotations

import pytest

from hingtui.cli.arguments import parse_arguments

LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ([LONG], "invalid choice"),
        (["watch", LONG], "unrecognized arguments"),
        (["demo", "--seed", LONG], "invalid int value"),
        (["completions", LONG], "invalid choice"),
    ],
)
def test_an_error_shortens_a_long_argument(
    capsys: pytest.CaptureFixture[str], arguments: list[str], cause: str
) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(arguments)
    printed = capsys.readouterr().err
    assert cause in printed
    assert "xxx..xxx" in printed
    assert len(printed) < 600


def test_an_unknown_command_is_answered_with_all_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([LONG])
    offered = capsys.readouterr().err.rpartition("(")[2]
    assert "add" in offered
    assert "completions" in offered
