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


@pytest.mark.parametrize(
    ("arguments", "usage", "cause"),
    [
        (["status", "--bogus"], "hingtui status", "unrecognized arguments: --bogus"),
        (["watch", "--json", "--bogus"], "hingtui watch", "unrecognized arguments: --bogus"),
        (["demo", "--seed", "x"], "hingtui demo", "argument --seed: must be a whole number"),
        (
            ["demo", "--videos", "x"],
            "hingtui demo",
            "argument --videos: must be a number from 0 to 100000",
        ),
        (["--bogus"], "hingtui", "unrecognized arguments: --bogus"),
    ],
)
def test_an_error_comes_with_the_usage_of_its_command(
    capsys: pytest.CaptureFixture[str], arguments: list[str], usage: str, cause: str
) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(arguments)
    printed = capsys.readouterr().err
    assert printed.startswith(f"usage: {usage} [-h]")
    assert printed.rstrip().endswith(f"{usage}: error: {cause}")


@pytest.mark.parametrize("seed", ["7", "-1"])
def test_a_seed_is_any_whole_number(seed: str) -> None:
    assert parse_arguments(["demo", "--seed", seed]).seed == int(seed)


def test_an_unknown_command_is_answered_with_all_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([LONG])
    offered = capsys.readouterr().err.rpartition("(")[2]
    assert "add" in offered
    assert "completions" in offered
