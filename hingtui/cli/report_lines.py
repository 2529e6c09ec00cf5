"""The lines of a report about one video: what `report` knows, for people.

It asks nothing and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from hingtui.cli.doctor.report import WIDTH, Privacy
from hingtui.cli.output import encodable
from hingtui.text.cell_width import cells, padded
from hingtui.text.i18n import _
from hingtui.text.wrap import wrapped

_INDENT = "  "
_LONGEST_PROMPT = 400
"""Characters of the prompt: the gateway has the whole one."""


def report_lines(facts: Mapping[str, object], privacy: Privacy) -> list[str]:
    """The report as lines of at most `WIDTH` cells, but for what the gateway sent."""
    video, gateway, versions = (_table(facts[name]) for name in ("video", "gateway", "versions"))
    lines = [_("Report of hingtui about one video"), ""]
    lines += _fields(_video(video), privacy)
    lines += _section(_("Gateway"), _gateway(gateway), privacy)
    if facts["diagnosis"] is not None:
        lines += _section(_("What is wrong"), _diagnosis(_table(facts["diagnosis"])), privacy)
    lines += _section(_("Statuses that hingtui saw"), _statuses(facts), privacy)
    lines += _section(
        _("Versions"), [*versions.items(), (_("made at"), _at(facts["made_at"]))], privacy
    )
    lines += ["", _("The gateway's last response about it, without secrets:")]
    response = facts["response"]
    if response is None:
        return [*lines, _INDENT + _("none is kept")]
    return [
        *lines,
        *(_INDENT + encodable(privacy.line(line)) for line in str(response).split("\n")),
    ]


_Fields = Iterable[tuple[str, object]]


def _section(title: str, fields: _Fields, privacy: Privacy) -> list[str]:
    lines = _fields(fields, privacy)
    return ["", title, *lines] if lines else []


def _fields(fields: _Fields, privacy: Privacy) -> list[str]:
    """Label and value in two columns; those without a value are left out."""
    shown = [
        (label, privacy.text(str(value))) for label, value in fields if value not in (None, "")
    ]
    column = max((cells(label) for label, _value in shown), default=0) + 2
    lines = []
    for label, value in shown:
        head = padded(label, column)
        for piece in wrapped(encodable(value), WIDTH - column - len(_INDENT)):
            lines.append(f"{_INDENT}{head}{piece}".rstrip())
            head = " " * column
    return lines


def _video(video: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    status, raw = str(video["status"]), str(video["raw_status"])
    yield _("Id"), video["id"]
    yield _("Status"), status if raw in ("", status) else f"{status} ({raw})"
    yield _("Watched"), _("yes") if video["is_watched"] else _("no")
    yield _("Model"), video["model"]
    seconds = video["seconds"]
    yield _("Length"), _("{n} s").format(n=f"{seconds:g}") if seconds else None
    yield _("Size"), video["size"]
    cost = video["cost"]
    yield _("Cost"), "{amount:g} {unit}".format(**cost) if isinstance(cost, Mapping) else None
    for label, name in (
        (_("Created"), "created_at"),
        (_("Finished"), "completed_at"),
        (_("Expires"), "expires_at"),
        (_("Asked"), "asked_at"),
    ):
        yield label, _at(video[name])
    paths = video["paths"]
    yield _("Saved as"), " ".join(map(str, paths)) if isinstance(paths, list) else None
    prompt = str(video["prompt"])
    yield _("Prompt"), prompt if len(prompt) <= _LONGEST_PROMPT else f"{prompt[:_LONGEST_PROMPT]}…"


def _gateway(gateway: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    if gateway["name"] is None:  # the state is that of all together
        yield _("Name"), _("unknown")
        return
    yield _("Name"), gateway["name"]
    yield _("Host"), gateway["host"]
    yield _("Family"), gateway["family"] or gateway["kind"]
    yield _("State"), gateway["state"]


def _diagnosis(found: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    yield _("Reason"), found.get("what")
    yield _("Gateway's words"), found.get("words")
    yield _("Next step"), found.get("next_step")
    yield _("Refund"), found.get("refund")
    yield _("Request id"), found.get("request_id")


def _statuses(facts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    statuses = facts["statuses"]
    for seen in statuses if isinstance(statuses, list) else ():
        status, raw = seen["status"], seen["raw_status"]
        yield _at(seen["at"]), status if raw in ("", status) else f"{status} ({raw})"
    yield _("History"), facts["history_problem"]


def _at(moment: object) -> str:
    """A time with its offset from UTC, "" where there is none: support sits elsewhere."""
    if not isinstance(moment, int | float):
        return ""
    try:
        return datetime.fromtimestamp(moment).astimezone().isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return str(moment)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
