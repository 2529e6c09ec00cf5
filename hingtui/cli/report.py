"""The `report` command: all that is known about one video, to paste into a support ticket.

Every text passes `doctor`'s `Privacy`. How the lines look is in `report_lines`.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from hingtui import __version__
from hingtui.cli.doctor.report import Privacy
from hingtui.cli.input import required_ids
from hingtui.cli.output import advice_text, json_record, print_json, write_line
from hingtui.cli.reasons import why_unanswered
from hingtui.cli.report_lines import report_lines
from hingtui.cli.session import Mode, ask_once, fail, named_gateway, read_settings, run_with
from hingtui.model.errors import ApiError, HingtuiError, SettingsError, StorageError
from hingtui.model.explain import diagnose
from hingtui.model.failures import explain_failure, gateway_says
from hingtui.model.key import UNKNOWN_GATEWAY, VideoKey
from hingtui.model.video import Status
from hingtui.monitor import Monitor, Row
from hingtui.storage.history import HistoryVideo, StatusChange
from hingtui.storage.open_history import history_of
from hingtui.storage.settings import Settings
from hingtui.text.i18n import _
from hingtui.text.redaction import TOKEN_VARIABLES

Facts = dict[str, object]
"""What JSON can hold; null for what is not known."""


def report(
    environ: Mapping[str, str], arguments: list[str], *, gateway: str | None, as_json: bool
) -> int:
    """Ask once about one video and print what is known; the exit status.

    It is 1 if the id is neither watched nor known to a gateway or the history.
    """
    try:
        settings = read_settings(environ)
        if gateway is not None:
            settings = replace(settings, gateways=(named_gateway(settings, gateway),))
        given = required_ids(arguments)
        if len(given.ids) != 1:
            raise SettingsError(_("A report is about one video: give one id."))
    except (HingtuiError, OSError) as error:
        return fail(error)
    video_id = given.ids[0]

    async def work(monitor: Monitor, rows: list[Row], _folder: Path) -> int:
        row = rows[0]
        is_watched = row.is_old  # nothing was asked yet: only rows of the watchlist are old
        await ask_once(monitor, rows[:1])
        facts = await _facts(monitor, row, settings, is_watched=is_watched)
        privacy = await asyncio.to_thread(_privacy, environ, settings)
        _print(facts, privacy, as_json=as_json)
        is_known = is_watched or row.video is not None or bool(facts["statuses"])
        return 0 if is_known else 1

    def is_wanted(key: VideoKey) -> bool:
        return key.id == video_id and gateway in (None, key.gateway)

    return run_with(settings, given, is_wanted, work, Mode())


def _privacy(environ: Mapping[str, str], settings: Settings) -> Privacy:
    from hingtui.api.probe import proxies_of

    tokens = [gateway.token for gateway in settings.gateways if gateway.token]
    variables = [environ.get(name, "").strip() for name in TOKEN_VARIABLES]
    return Privacy(environ, (*tokens, *variables, *proxies_of(environ).secrets))


def _print(facts: Facts, privacy: Privacy, *, as_json: bool) -> None:
    if as_json:
        response = facts["response"]
        kept = {"response": None if response is None else _clean_block(str(response), privacy)}
        print_json({str(name): privacy.value(value) for name, value in facts.items()} | kept)
        return
    for line in report_lines(facts, privacy):
        write_line(line)


def _clean_block(text: str, privacy: Privacy) -> str:
    return "\n".join(privacy.line(line) for line in text.splitlines())


async def _facts(monitor: Monitor, row: Row, settings: Settings, *, is_watched: bool) -> Facts:
    """All that the report says, in the order in which it says it."""
    now = monitor.now()
    known, changes, problem = await asyncio.to_thread(_stored, row.key, settings)
    is_forgotten = row.video is None and known is not None
    if row.video is None and known is not None:
        row = replace(row, video=known.entry.video, saved=known.entry.saved, is_old=True)
    raw = monitor.raw_response(row.key)
    return {
        "made_at": now,
        "versions": {
            "hingtui": __version__,
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        },
        "video": json_record(row, now) | {"is_watched": is_watched, "asked_at": row.asked_at},
        "gateway": _gateway(monitor, row, settings),
        "diagnosis": _diagnosis(monitor, row, is_forgotten=is_forgotten),
        "statuses": _statuses(row, changes),
        "history_problem": problem,
        "response": None if raw is None else await asyncio.to_thread(raw.text),
    }


def _gateway(monitor: Monitor, row: Row, settings: Settings) -> Facts:
    """The gateway: its name, its host, and its family."""
    known = settings.gateway(row.gateway)
    watch = monitor.gateways.get(row.gateway)
    family = getattr(watch.api, "family", None) if watch is not None else None
    return {
        "name": None if row.gateway == UNKNOWN_GATEWAY else row.gateway,
        "host": None if known is None else urlsplit(known.base_url).netloc.rpartition("@")[2],
        "kind": None if known is None else str(known.kind),
        "family": family,
        "state": monitor.status_of(row.gateway).state.value,
    }


def _diagnosis(monitor: Monitor, row: Row, *, is_forgotten: bool) -> Facts | None:
    """What is wrong, what to do, and the request id of the response that said so.

    `is_forgotten`: only the history knows the video, and why it failed matters more than that.
    """
    error: Exception | None = row.last_error.error if row.last_error is not None else None
    if error is None:
        error = monitor.status_of(row.gateway).error
    if error is not None and not (is_forgotten and row.status is Status.FAILED):
        return _of_error(error)
    if row.video is not None and (failure := explain_failure(row.video)) is not None:
        request_id = row.video.error.request_id if row.video.error is not None else ""
        return {
            "cause": failure.name,
            "what": failure.what or None,
            "next_step": failure.step,
            "refund": failure.money or None,
            "words": gateway_says(row.video.error),
            "http_status": None,
            "request_id": request_id or None,
        }
    if row.video is not None and not row.is_old:
        return None
    return {"cause": "no_answer", "what": why_unanswered(row, monitor)}


def _of_error(error: Exception) -> Facts:
    """The last request about it has failed."""
    diagnosis = diagnose(error)
    return {
        "cause": type(error).__name__,
        "what": diagnosis.what,
        "next_step": advice_text(diagnosis.advice) or None,
        "refund": None,
        "words": diagnosis.details or None,
        "http_status": error.http_status if isinstance(error, ApiError) else None,
        "request_id": diagnosis.request_id or None,
    }


def _stored(
    key: VideoKey, settings: Settings
) -> tuple[HistoryVideo | None, list[StatusChange], str | None]:
    """Reads a video from the history; blocks. Returns (video, changes of its status, error)."""
    history = history_of(settings)
    if not history.path.exists():
        return None, [], None
    try:
        return history.video(key), history.changes(key), None
    except StorageError as error:
        return None, [], str(error)
    finally:
        history.close()


def _statuses(row: Row, changes: Iterable[StatusChange]) -> list[Facts]:
    """The statuses that were seen, the oldest first, of this run and of the history."""
    seen = {change.at: (change.status.value, change.raw_status) for change in changes}
    seen |= {entry.at: (entry.status.value, entry.raw_status) for entry in row.history}
    lines: list[Facts] = []
    for at, (status, raw_status) in sorted(seen.items()):
        words = {"status": status, "raw_status": raw_status}
        if not lines or {**lines[-1], "at": at} != {"at": at, **words}:
            lines.append({"at": at, **words})
    return lines
