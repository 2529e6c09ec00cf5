"""What a gateway answers, from what a probe has found: API, token, list, clock, rate limit."""

from __future__ import annotations

from collections.abc import Iterator

from hingtui.api.pages import Page
from hingtui.api.probe import GatewayReport, Step
from hingtui.api.responses import VideoResponse
from hingtui.cli.doctor.check import Check, State, Subject
from hingtui.cli.doctor.route_checks import lasting
from hingtui.model import errors
from hingtui.model.explain import diagnose
from hingtui.model.no_list import lacks_list, no_list
from hingtui.storage.settings import GatewaySettings
from hingtui.system.clock import LARGEST_OFFSET
from hingtui.text.clean import human_duration
from hingtui.text.i18n import _, ngettext
from hingtui.text.wrap import in_a_row

_NOISE = 5.0
"""Seconds: clocks that differ by less are the same."""
_WORTH_A_NOTE = 60.0
_WORTH_ROUNDING = 600.0
_REFUSALS = (errors.Unauthorized, errors.Forbidden)
_PAGES_OF_OTHERS = (errors.Blocked, errors.RateLimited, errors.ServerError)
"""Errors that come as a web page from what stands in front of a gateway."""


def response_checks(gateway: GatewaySettings, report: GatewayReport) -> Iterator[Check]:
    """The checks of the answers; none where nothing was asked."""
    if report.video is None:
        return
    api = _api(gateway, report)
    yield api
    is_api = api.state is not State.PROBLEM
    if is_api:
        yield from _access(gateway, report)
        yield from _list(gateway, report)
    if report.clock_offset is not None:
        yield _clock(gateway, report.clock_offset)
    if is_api:
        yield _rate_limit(gateway, report)


def unfinished(gateway: GatewaySettings, report: GatewayReport, within: float) -> Check:
    """The check of the step that was not finished in time."""
    host = report.first_host
    words = {
        Step.NAME: ("name", _("No name server has answered about {host} within {n} seconds.")),
        Step.CONNECTION: ("connection", _("{host} has not responded within {n} seconds.")),
        Step.ENCRYPTION: (
            "encryption",
            _("No encrypted connection to {host} was set up within {n} seconds."),
        ),
    }
    kind, text = words.get(
        report.step, ("api", _("The gateway has not answered within {n} seconds."))
    )
    return Check(
        kind,
        State.PROBLEM,
        text.format(host=host, n=round(within)),
        _("Check the network and the proxy settings, then run hingtui doctor again."),
        gateway.name,
        {"step": report.step.value},
    )


def _api(gateway: GatewaySettings, report: GatewayReport) -> Check:
    """Whether the API answers at all."""
    details = {
        "kind": gateway.kind,
        "family": report.family,
        "requests": [
            {
                "path": exchange.path,
                "status": exchange.status,
                "seconds": round(exchange.seconds, 3),
                "request_id": exchange.request_id,
                "is_web_page": exchange.is_web_page,
            }
            for exchange in report.exchanges
        ],
    }
    about = Subject("api", gateway.name, details)
    failure = _failure(gateway, report)
    if failure is not None:
        return about.problem(*failure)
    time = lasting(min(exchange.seconds for exchange in report.exchanges))
    if report.family:
        message = _("The API answers in {time} (family {family}).")
        return about.ok(message.format(time=time, family=report.family))
    return about.ok(_("The API answers in {time}.").format(time=time))


def _failure(gateway: GatewaySettings, report: GatewayReport) -> tuple[str, str] | None:
    """Why the API does not answer, and what to do; None if it does."""
    results = [result for result in (report.video, report.page) if result is not None]
    failed = [result for result in results if isinstance(result, errors.ApiError)]
    if len(failed) < len(results):
        return None
    is_explained = any(isinstance(error, _PAGES_OF_OTHERS) for error in failed)
    if all(one.is_web_page for one in report.exchanges) and report.exchanges and not is_explained:
        return _a_web_page(gateway, report)
    if report.routes and set(report.routes.values()) == {False}:
        return _no_known_api(gateway, report)
    if report.exchanges and any(map(_is_of_the_api, failed)):
        return None
    return _sentence(failed[0]), _step(failed[0], report)


def _is_of_the_api(error: errors.ApiError) -> bool:
    """Whether only the gateway's API answers with this error."""
    answers = (*_REFUSALS, errors.NotFound, errors.Expired, errors.RateLimited, errors.Rejected)
    return isinstance(error, answers)


def _a_web_page(gateway: GatewaySettings, report: GatewayReport) -> tuple[str, str]:
    status = report.exchanges[0].status
    message = _("A web page answers there (HTTP {status}), not the API of a gateway.")
    next_step = _("Correct the base URL {url}: the API often has another one than the web site.")
    return message.format(status=status), next_step.format(url=gateway.base_url)


def _no_known_api(gateway: GatewaySettings, report: GatewayReport) -> tuple[str, str]:
    status = report.exchanges[0].status
    message = _("Something answers there (HTTP {status}), but no API that hingtui knows.")
    next_step = _("Correct the base URL {url}, or name the gateway's family under kind.")
    return message.format(status=status), next_step.format(url=gateway.base_url)


def _sentence(error: errors.ApiError) -> str:
    """What happened, with the server's own words."""
    if isinstance(error, errors.Unreachable | errors.BadRedirect):
        return str(error)
    diagnosis = diagnose(error, of_all=True)
    if not diagnosis.details:
        return diagnosis.what
    text = _("{what} Its answer: {details}")
    return text.format(what=diagnosis.what, details=diagnosis.details)


def _step(error: errors.ApiError, report: GatewayReport) -> str:
    """What to do about an error of the gateway, or of the way to it."""
    variable = report.proxy.variable if report.proxy is not None else ""
    match error:
        case errors.ProxyLogin():
            text = _("Write the name and password into {variable}: http://name:password@host:port")
            return text.format(variable=variable or _("the system's proxy setting"))
        case errors.ProxyCertificate():
            return _("Check the proxy's certificate, its address, and this machine's clock.")
        case errors.UntrustedCertificate():
            return _("In a company's network, set SSL_CERT_FILE to the company's CA certificate.")
        case errors.BadCertificate():
            return _("Check the base URL, and the date and time of this machine.")
        case errors.Unreachable() if report.proxy is not None:
            return _("Check the proxy {proxy}, and the base URL.").format(proxy=report.proxy.label)
        case errors.Unreachable():
            return _("Check the base URL and the network.")
        case errors.LoginRequired() | errors.NotOffered() | errors.BadRedirect():
            return _("Check the base URL, or ask the operator of the gateway.")
        case errors.Blocked():
            return _("Check the base URL and the network, or ask the operator of the gateway.")
        case errors.ServerError():
            return _("Try again later. If it stays, ask the gateway's support.")
        case _:
            return _("Check the base URL: it names the gateway, without /v1.")


def _access(gateway: GatewaySettings, report: GatewayReport) -> Iterator[Check]:
    """Whether the gateway accepts the token."""
    results = [result for result in (report.video, report.page) if result is not None]
    refusals = [result for result in results if isinstance(result, _REFUSALS)]
    is_let_in = any(isinstance(one, Page | VideoResponse | errors.NotFound) for one in results)
    about = Subject("access", gateway.name, {"refused": bool(refusals) and not is_let_in})
    if refusals and not is_let_in:
        if gateway.token is None and (gateway.needs_token or gateway.token_command):
            return  # that there is none is a problem of its own
        yield about.problem(*_refused(gateway, refusals[0]))
    elif is_let_in and gateway.token is None:
        yield about.ok(_("No token is needed."))
    elif is_let_in:
        yield about.ok(_("The gateway accepts the token."))


def _refused(gateway: GatewaySettings, error: errors.ApiError) -> tuple[str, str]:
    """What the gateway says to the token, and what to do."""
    if gateway.token is None:
        message = _("The gateway asks for a token: {words}")
        next_step = _("Name its token in the settings, or type it in the dashboard.")
    elif isinstance(error, errors.Forbidden):
        message = _("The gateway does not allow this to the token: {words}")
        next_step = _("Look in the gateway's console at what the token may do.")
    else:
        message = _("The gateway refuses the token: {words}")
        next_step = _(
            "Look in the gateway's console whether the token is right and has quota left."
        )
    return message.format(words=error.message), next_step


def _list(gateway: GatewaySettings, report: GatewayReport) -> Iterator[Check]:
    """Whether the account's list can be read."""
    page = report.page
    if isinstance(page, Page):
        count = len(page.videos)
        about = Subject("list", gateway.name, {"videos": count, "more": page.last_id is not None})
        if page.last_id is not None:
            text = _("The account's list has {n} videos on its first page, and more behind it.")
        else:
            text = ngettext(
                "The account's list has {n} video.", "The account's list has {n} videos.", count
            )
        yield about.ok(text.format(n=count))
    elif isinstance(page, errors.ApiError) and lacks_list(page):
        next_step = _("Add videos by their ids: each is requested separately.")
        yield Subject("list", gateway.name).note(no_list(page), next_step)
    elif isinstance(page, errors.ApiError) and not _is_reported_elsewhere(report, page):
        message = _("The account's list cannot be read: {reason}").format(reason=_sentence(page))
        next_step = _("Watching goes on without it. If it stays, ask the gateway's support.")
        yield Subject("list", gateway.name).note(message, next_step)


def _is_reported_elsewhere(report: GatewayReport, page: errors.ApiError) -> bool:
    """Whether another check reports it: a refused token, unless it is refused for the list only."""
    is_for_list_only = isinstance(report.video, VideoResponse | errors.NotFound)
    is_refusal = isinstance(page, _REFUSALS)
    return isinstance(page, errors.RateLimited) or (is_refusal and not is_for_list_only)


def _clock(gateway: GatewaySettings, offset: float) -> Check:
    about = Subject("clock", gateway.name, {"offset_seconds": round(offset, 1)})
    if abs(offset) < _NOISE:
        return about.ok(_("This machine and the gateway agree about the time."))
    text = (
        _("The gateway's clock is {time} ahead of this machine's.")
        if offset > 0
        else _("The gateway's clock is {time} behind this machine's.")
    )
    step = 60 if abs(offset) > _WORTH_ROUNDING else 1  # `Date` has whole seconds only
    message = text.format(time=human_duration(round(abs(offset) / step) * step))
    if abs(offset) < _WORTH_A_NOTE:
        return about.ok(message)
    next_step = _("Set the date and time of this machine, if it is this one that is wrong.")
    if abs(offset) < LARGEST_OFFSET:
        counted = _("Countdowns follow the gateway's.")
        return about.note(in_a_row((message, counted)), next_step)
    counted = _("That is too far to be believed, so countdowns follow this machine's.")
    return about.problem(in_a_row((message, counted)), next_step)


def _rate_limit(gateway: GatewaySettings, report: GatewayReport) -> Check:
    headers: dict[str, str] = {}
    for exchange in report.exchanges:
        headers.update(exchange.rate_limit)
    about = Subject("rate_limit", gateway.name, {"headers": headers})
    results = (report.page, report.video)
    limited = next((one for one in results if isinstance(one, errors.RateLimited)), None)
    if limited is not None:
        message = _("The gateway asks to slow down (HTTP 429).")
        if limited.retry_after is not None:
            more = _("It asks for no request for {time}.")
            message += " " + more.format(time=lasting(limited.retry_after))
        next_step = _("Wait. Other programs that use the same token count, too.")
        return about.note(message, next_step)
    if not headers:
        return about.ok(_("The gateway does not say what its limit is."))
    limits = ", ".join(f"{name}: {value}" for name, value in headers.items())
    return about.ok(_("The gateway says: {headers}").format(headers=limits))
