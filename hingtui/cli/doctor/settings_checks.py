"""Settings and tokens: what is read from where, and everything that is wrong with it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from hingtui.cli.doctor.check import Check, Subject
from hingtui.model.key import DEFAULT_GATEWAY
from hingtui.storage.followed import FollowedFile
from hingtui.storage.settings import GatewaySettings, Settings
from hingtui.storage.settings.gateway import ADDED
from hingtui.storage.settings.problems import Problems
from hingtui.storage.settings.tokens import FILE, TOKEN_VARIABLES
from hingtui.storage.state import STATE_FILE
from hingtui.system.files import read_file
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

_VARIABLES = ("HINGTUI_DOWNLOADS", "HINGTUI_HOME", "HINGTUI_LANG", "HINGTUI_NAME")
_MOST_BYTES = 1 << 20


def settings_checks(
    environ: Mapping[str, str], settings: Settings | None, problems: Problems
) -> Iterator[Check]:
    """Every problem of the settings, and the files that are read. Blocks."""
    about = Subject("settings")
    for error in problems.errors:
        yield about.problem(str(error), _("Until that is corrected, hingtui does not start."))
    for name, error in problems.left_out.items():
        next_step = _("Until that is corrected, hingtui runs without the gateway {name}.")
        yield about.problem(str(error), next_step.format(name=clean_line(name, 60)))
    for notice in problems.notices:
        yield about.note(notice)
    if settings is not None:
        for notice in _notices_of_the_screen(environ, settings):
            yield about.note(notice)
        yield from _files(settings, is_sound=not problems.errors)
    for name in sorted(environ):
        if name.startswith("HINGTUI_") and name not in _VARIABLES:
            message = _("{name} is not a variable that hingtui reads.")
            known = _("These are: {names}.").format(names=", ".join(_VARIABLES))
            yield about.note(message.format(name=clean_line(name, 60)), known)


def _notices_of_the_screen(environ: Mapping[str, str], settings: Settings) -> Iterator[str]:
    """What the dashboard would say about keys and theme."""
    theme = environ.get("TEXTUAL_THEME")
    if settings.keys:
        from hingtui.ui.keys import LiveKeys  # imports Textual, which takes a while

        yield from LiveKeys(settings.keys).notices
    if settings.theme or theme:
        from hingtui.ui.theme.choice import choose_theme
        from hingtui.ui.theme.themes import theme_names

        asked = {"config": settings.theme, "environ": theme}
        yield from choose_theme(theme_names(), **asked, remembered=None).notices


def _files(settings: Settings, *, is_sound: bool) -> Iterator[Check]:
    """Where the files are, and whether those that hingtui itself writes can be read."""
    state_path = settings.log_path.with_name(STATE_FILE)
    followed_path = settings.followed_path
    ours = (settings.gateways_path, settings.token_path, state_path, followed_path)
    paths = (settings.config_path, *ours)
    there = [path for path in paths if _is_there(path)]
    tables = (settings.config_path, settings.gateways_path, state_path)
    damaged = [path for path in there if path in tables and not _is_toml(path)]
    damaged += [path for path in there if path == followed_path and _is_damaged(path)]
    read = [str(path) for path in there if path not in damaged]
    about = Subject("settings", details={"read": read})
    if read:
        yield about.ok(_("Read: {paths}").format(paths=", ".join(read)))
    if settings.config_path not in there:
        message = _("{path} does not exist: the defaults apply.")
        if not is_sound:
            message = _("{path} does not exist.")
        yield Subject("settings").ok(message.format(path=settings.config_path))
    if state_path in damaged:
        message = _("{path} cannot be read: what the dashboard remembered is lost.")
        next_step = _("Nothing to do: it is written again.")
        yield about.note(message.format(path=state_path), next_step)
    if followed_path in damaged:
        message = _("{path} cannot be read: the record of followed accounts is lost.")
        next_step = _("Nothing to do: it is set aside, and only newer videos are added.")
        yield about.note(message.format(path=followed_path), next_step)


def _is_there(path: Path) -> bool:
    """Whether there is something that may be read."""
    return os.access(path, os.R_OK)


def _is_damaged(path: Path) -> bool:
    try:
        return FollowedFile(path).is_damaged()
    except OSError:
        return True


def _is_toml(path: Path) -> bool:
    try:
        tomllib.loads(read_file(path, _MOST_BYTES)[0].decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return True


def token_check(
    environ: Mapping[str, str],
    gateway: GatewaySettings,
    settings: Settings,
    problem: str = "",
) -> Check:
    """Where the token of a gateway is from, or the `problem` with it. It is never shown."""
    about = Subject("token", gateway.name, {"source": gateway.token_source})
    if problem:
        return about.problem(problem, _("Until that is corrected, nothing can be asked there."))
    if gateway.token is None:
        return _no_token(environ, gateway, about)
    path = settings.gateways_path if gateway.token_source == ADDED else settings.token_path
    if gateway.token_source in (FILE, ADDED):
        return about.ok(_("From {path}.").format(path=path))
    message = _("From {source}.").format(source=gateway.token_source)
    if gateway.token_source in TOKEN_VARIABLES and _is_there(settings.token_path):
        more = _("The one in {path} is not used.")
        message += " " + more.format(path=settings.token_path)
    return about.ok(message)


def _no_token(environ: Mapping[str, str], gateway: GatewaySettings, about: Subject) -> Check:
    if not gateway.needs_token:
        return about.ok(_("There is none, and a gateway of your own may need none."))
    message = _("There is no token.")
    if gateway.name != DEFAULT_GATEWAY:
        next_step = _(
            "Write token_env, token_file or token_command into [gateways.{name}], or type the "
            "token in the dashboard."
        )
        return about.problem(message, next_step.format(name=gateway.name))
    if environ.get("TOKEN", "").strip():
        message += " " + _("TOKEN is set, but not to one of this gateway: those begin with oh-.")
    return about.problem(message, _("Set HINGNET_API_KEY, or run hingtui and type it when asked."))
