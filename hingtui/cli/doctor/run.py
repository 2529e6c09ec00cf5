"""Do all checks at once, in limited time, and print what they found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hingtui.api.probe import GatewayReport, Step, new_report, probe, proxies_of
from hingtui.cli.doctor.check import Check, State, Subject
from hingtui.cli.doctor.folder_checks import folder_checks, watchlist_checks
from hingtui.cli.doctor.machine_checks import (
    certificate_check,
    proxy_checks,
    time_check,
    version_check,
)
from hingtui.cli.doctor.report import Group, Privacy, print_as_json, print_as_text
from hingtui.cli.doctor.response_checks import response_checks, unfinished
from hingtui.cli.doctor.route_checks import route_checks
from hingtui.cli.doctor.settings_checks import settings_checks, token_check
from hingtui.cli.doctor.terminal_checks import terminal_checks
from hingtui.cli.live_line import REDRAWN_EVERY, live_line
from hingtui.model.errors import SettingsError
from hingtui.storage.settings import (
    AlertSettings,
    GatewaySettings,
    Settings,
    inspect_settings,
    load_token,
)
from hingtui.storage.settings.problems import Problems
from hingtui.system.shutdown import this_process
from hingtui.system.terminal_query import TerminalReplies, ask_terminal
from hingtui.text import i18n
from hingtui.text.i18n import _
from hingtui.text.redaction import TOKEN_VARIABLES, crash_report

TIMEOUT = 15.0
"""Seconds for all checks together."""
_ENDING = 0.5
"""Seconds for what is cancelled then to close its connections."""
_SHARE_FOR_TOKEN = 0.6
"""The share of the time that a command which prints a token may take."""
_THREADS = 64
"""More than there are steps that can hang at once: name servers, network file systems."""


def doctor(environ: Mapping[str, str], *, as_json: bool, within: float = TIMEOUT) -> int:
    """Check everything and print it; the exit status: 0 if there is no problem, else 1."""
    settings, problems = inspect_settings(environ)
    if settings is not None:
        i18n.use_language(settings.language)
    replies = ask_terminal(environ)  # before the progress is drawn on the same line
    run = _Run(environ, settings, problems, replies, within)
    try:
        groups = [run.first_group(), *this_process.run(run.other_groups())]
    finally:
        live_line.hide()
    privacy = Privacy(environ, run.secrets())
    if as_json:
        print_as_json((check for group in groups for check in group.checks), privacy)
    else:
        print_as_text(groups, privacy)
    checks = [check for group in groups for check in group.checks]
    return 1 if any(check.state is State.PROBLEM for check in checks) else 0


@dataclass(slots=True)
class _Work:
    """Checks that are done together, and what is printed if they are not done in time."""

    name: str
    """The check that stands for all of them."""
    task: asyncio.Task[list[Check]]
    late: Callable[[], list[Check]]


@dataclass(slots=True)
class _WithToken:
    """A gateway, with its token once that is known."""

    gateway: GatewaySettings
    problem: str = ""
    """Why its token could not be loaded."""


class _Run:
    """One run of all checks."""

    def __init__(
        self,
        environ: Mapping[str, str],
        settings: Settings | None,
        problems: Problems,
        replies: TerminalReplies,
        within: float,
    ) -> None:
        self._environ = environ
        self._settings = settings
        self._problems = problems
        self._replies = replies
        self._within = within
        self._ends = time.monotonic() + within
        self._gateways = settings.gateways if settings is not None else ()
        self._tokens = [gateway.token for gateway in self._gateways if gateway.token]
        self._pieces: list[_Work] = []

    def secrets(self) -> tuple[str, ...]:
        """Every text that must not be printed."""
        variables = [self._environ.get(name, "").strip() for name in TOKEN_VARIABLES]
        return (*self._tokens, *variables, *proxies_of(self._environ).secrets)

    def first_group(self) -> Group:
        """What takes this process's time, and would falsify the times of the others."""
        settings = settings_checks(self._environ, self._settings, self._problems)
        return Group("", [version_check(), time_check(), *settings])

    async def other_groups(self) -> list[Group]:
        """Do all other checks at once; groups of what they found."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        environ, settings = self._environ, self._settings
        groups: dict[str, list[_Work]] = {}
        for gateway in self._gateways:
            groups[_("Gateway {name}").format(name=gateway.name)] = [self._gateway(gateway)]
        names = [gateway.name for gateway in self._gateways]
        machine = [
            self._in_thread("proxy", lambda: proxy_checks(environ)),
            self._in_thread("certificates", lambda: [certificate_check(environ)]),
        ]
        if settings is not None:
            machine += [
                self._in_thread("folder", lambda: folder_checks(settings)),
                self._in_thread("watchlist", lambda: watchlist_checks(settings, names)),
            ]
        groups[_("This machine")] = machine
        alerts = settings.alerts if settings is not None else AlertSettings()
        groups[_("This terminal")] = [
            self._in_thread("terminal", lambda: terminal_checks(environ, self._replies, alerts))
        ]
        await self._until_done()
        return [
            Group(title, [check for piece in pieces for check in _found(piece)])
            for title, pieces in groups.items()
        ]

    def _in_thread(self, name: str, work: Callable[[], Iterable[Check]]) -> _Work:
        """Checks of this machine, in a thread."""

        def late() -> list[Check]:
            message = _("This was not finished within {n} seconds.").format(n=round(self._within))
            next_step = _("Look whether a disk or a network folder hangs.")
            return [Subject(name).problem(message, next_step)]

        task = asyncio.create_task(asyncio.to_thread(lambda: list(work())))
        return self._added(_Work(name, task, late))

    def _gateway(self, gateway: GatewaySettings) -> _Work:
        """All checks of one gateway."""
        report = new_report(gateway.base_url)
        state = _WithToken(gateway)

        async def work() -> list[Check]:
            await self._load_token(state)
            token = state.gateway.token or ""
            await probe(report, gateway.base_url, token, self._environ, kind=gateway.kind)
            return self._of_report(state, report)

        def late() -> list[Check]:
            return [
                *self._of_report(state, report),
                unfinished(state.gateway, report, self._within),
            ]

        return self._added(_Work("api", asyncio.create_task(work()), late))

    async def _load_token(self, state: _WithToken) -> None:
        """Run the command that prints the token, if there is one."""
        try:
            state.gateway = await asyncio.to_thread(
                load_token,
                state.gateway,
                self._environ,
                tokens=tuple(self._tokens),
                timeout=self._within * _SHARE_FOR_TOKEN,
            )
        except SettingsError as error:
            state.problem = str(error)
        if state.gateway.token:
            self._tokens.append(state.gateway.token)

    def _of_report(self, state: _WithToken, report: GatewayReport) -> list[Check]:
        gateway, settings = state.gateway, self._settings
        checks: list[Check] = []
        if settings is not None:
            checks.append(token_check(self._environ, gateway, settings, state.problem))
        checks += route_checks(gateway, report, time.time())
        if report.step is Step.DONE:
            checks += response_checks(gateway, report)
        return checks

    def _added(self, piece: _Work) -> _Work:
        self._pieces.append(piece)
        return piece

    async def _until_done(self) -> None:
        """Wait for all pieces, at most until the end of the time; then cancel the others."""
        tasks = {piece.task for piece in self._pieces}
        pending = tasks
        while pending and (left := self._ends - time.monotonic()) > 0:
            done = len(tasks) - len(pending)
            live_line.show(_("checking, {n} of {total} done").format(n=done, total=len(tasks)))
            pause = min(left, REDRAWN_EVERY)  # the line may not be redrawn more often
            _done, pending = await asyncio.wait(
                pending, timeout=pause, return_when=asyncio.FIRST_COMPLETED
            )
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=_ENDING)


def _found(piece: _Work) -> list[Check]:
    """What the piece has found, or that it did not end, or that it failed."""
    if not piece.task.done() or piece.task.cancelled():
        return piece.late()
    error = piece.task.exception()
    if error is None:
        return piece.task.result()
    message = _("This check ended with an error ({name}).").format(name=type(error).__name__)
    next_step = _("Please report it, with the output of hingtui doctor --json.")
    subject = Subject(piece.name, details={"traceback": crash_report(error)})
    return [subject.problem(message, next_step)]
