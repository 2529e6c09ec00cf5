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


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["status", "—json"], "—json: write --json"),
        (["status", "–-json"], "–-json: write --json"),
        (["history", "—limit", "5"], "—limit: write --limit"),
        (["status", "—filter=x"], "—filter=x: write --filter"),
        (["status", "-json"], "-json: write --json"),
        (["download", "-o", "", "video_1"], "argument -o/--output: must name a folder"),
    ],
)
def test_what_text_programs_and_unset_variables_make_of_options(
    capsys: pytest.CaptureFixture[str], arguments: list[str], cause: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments)
    assert ended.value.code == 2
    assert cause in capsys.readouterr().err


def test_a_dash_alone_is_a_word_of_a_search() -> None:
    assert parse_arguments(["history", "—", "—rain"]).words == ["—", "—rain"]


def test_blanks_around_a_gateways_name_do_not_count() -> None:
    assert parse_arguments(["status", "--gateway", " lab "]).gateway == "lab"
