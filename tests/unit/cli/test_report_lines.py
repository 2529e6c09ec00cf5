"""The lines of a report, from its facts."""

from __future__ import annotations

from typing import Any

from hingtui.cli.doctor.report import Privacy
from hingtui.cli.output import json_record
from hingtui.cli.report_lines import report_lines
from hingtui.model.video import Status, Video
from hingtui.monitor import Row


def lines_of(gateway: dict[str, Any]) -> list[str]:
    row = Row("video_1", 0.0)
    row.video = Video("video_1", Status.READY, seconds=8.0)
    facts = {
        "made_at": 0.0,
        "versions": {},
        "video": json_record(row, 0.0) | {"is_watched": True, "asked_at": None},
        "gateway": gateway,
        "diagnosis": None,
        "statuses": [],
        "history_problem": None,
        "response": None,
    }
    return [" ".join(line.split()) for line in report_lines(facts, Privacy({}, ()))]


def test_a_length_is_written_as_in_the_dashboard() -> None:
    gateway = {"name": "lab", "host": "lab.example", "kind": "auto", "family": None}
    lines = lines_of(gateway | {"state": "online"})
    assert "Length 8 s" in lines
    assert lines[lines.index("Gateway") + 1 :][:4] == [
        "Name lab",
        "Host lab.example",
        "Family auto",
        "State online",
    ]


def test_a_gateway_that_is_not_known_has_no_state_of_its_own() -> None:
    lines = lines_of(dict.fromkeys(("name", "host", "kind", "family")) | {"state": "online"})
    assert lines[lines.index("Gateway") + 1 :][:2] == ["Name unknown", ""]
