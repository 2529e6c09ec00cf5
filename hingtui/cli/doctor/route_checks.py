"""The way to a gateway, from what a probe has found: proxy, name, connection, encryption."""

from __future__ import annotations

from collections.abc import Iterator

from hingtui.api.probe import GatewayReport, Step
from hingtui.api.probe_connection import Attempt, Failure, Handshake
from hingtui.cli.doctor.check import Check, Subject
from hingtui.model.errors import UntrustedCertificate
from hingtui.storage.settings import GatewaySettings
from hingtui.text.i18n import _, ngettext

_SLOW = 2.0
"""Seconds from which on a name or a connection is slow."""
_DAY = 86_400.0
_SOON = 7
"""Days before which the end of a certificate is worth a note."""


def route_checks(gateway: GatewaySettings, report: GatewayReport, now: float) -> Iterator[Check]:
    """The checks of the way, as far as it was gone. `now` is Unix seconds."""
    yield _route(gateway, report)
    if report.route_error is not None or report.step is Step.ROUTE:
        return
    if report.addresses != (report.first_host,) and report.step is not Step.NAME:
        yield _name(gateway, report)
    if report.attempts:
        yield _connection(gateway, report)
    if report.handshake is not None:
        yield _encryption(gateway, report, report.handshake, now)


def lasting(seconds: float) -> str:
    """A time as people read it: `12 ms`, `1.4 s`."""
    if seconds < 1.0:
        return _("{n} ms").format(n=max(1, round(seconds * 1000)))
    return _("{n} s").format(n=f"{seconds:.1f}".removesuffix(".0"))


def _route(gateway: GatewaySettings, report: GatewayReport) -> Check:
    details = {
        "base_url": gateway.base_url,
        "proxy": report.proxy.url if report.proxy else None,
        "proxy_variable": report.proxy.variable if report.proxy else None,
    }
    about = Subject("route", gateway.name, details)
    place = report.origin.place
    if report.route_error is not None:
        next_step = _("Write it like http://127.0.0.1:7890, or unset it.")
        return about.problem(str(report.route_error), next_step)
    if report.proxy is not None:
        words = {"place": place, "proxy": report.proxy.label, "host": report.origin.host}
        if not report.shows_token_to_proxy:
            return about.ok(_("To {place} through the proxy {proxy}.").format(**words))
        message = _(
            "To {place} through the proxy {proxy}, by plain http: the proxy can read the token."
        ).format(**words)
        next_step = _("Use https in the base URL, or add {host} to NO_PROXY.").format(**words)
        return about.problem(message, next_step)
    if report.origin.scheme == "http" and not report.origin.is_loopback:
        message = _("Directly to {place}, by plain http: anybody on the way can read along.")
        next_step = _("Use https there if you can; in your own network this may be all right.")
        return about.note(message.format(place=place), next_step)
    return about.ok(_("Directly to {place}, without a proxy.").format(place=place))


def _name(gateway: GatewaySettings, report: GatewayReport) -> Check:
    host = report.first_host
    seconds = round(report.name_seconds, 3)
    details = {"host": host, "addresses": report.addresses, "seconds": seconds}
    about = Subject("name", gateway.name, details)
    if report.name_error:
        message = _("The name {host} is unknown here ({reason}).")
        return about.problem(
            message.format(host=host, reason=report.name_error),
            _wrong_proxy(report) or _("Check the network, and the spelling of the base URL."),
        )
    message = _("{host} is {addresses} ({time}).").format(
        host=host, addresses=", ".join(report.addresses), time=lasting(report.name_seconds)
    )
    if any(attempt.is_fake_ip for attempt in report.attempts):
        message += " " + _("A local proxy program, such as Clash, has made that address up.")
    if report.name_seconds >= _SLOW:
        return about.note(message, _("The name server is slow: try another one."))
    return about.ok(message)


def _connection(gateway: GatewaySettings, report: GatewayReport) -> Check:
    answering = [attempt for attempt in report.attempts if attempt.failure is None]
    failed = [attempt for attempt in report.attempts if attempt.failure is not None]
    details = {
        "port": report.first_port,
        "attempts": [
            {
                "address": attempt.address,
                "seconds": round(attempt.seconds, 3),
                "failure": attempt.failure.value if attempt.failure else None,
                "reason": attempt.reason,
            }
            for attempt in report.attempts
        ],
    }
    about = Subject("connection", gateway.name, details)
    if not answering:
        return about.problem(_why_no_connection(report, failed), _what_to_start(report, failed))
    first = answering[0]
    kind = "IPv6" if first.is_ipv6 else "IPv4"
    message = _("Connected to {address} in {time} ({kind}).").format(
        address=first.address, time=lasting(first.seconds), kind=kind
    )
    odd = [attempt for attempt in failed if attempt.failure is not Failure.NO_ROUTE]
    if odd:
        more = _("Not to {addresses}: a new connection may take longer.")
        message += " " + more.format(addresses=", ".join(attempt.address for attempt in odd))
        next_step = _("If it is slow, ask your network's administrator, or try without IPv6.")
        return about.note(message, next_step)
    if first.seconds >= _SLOW:
        return about.note(message, _("The network is slow: downloads will be, too."))
    return about.ok(message)


def _why_no_connection(report: GatewayReport, failed: list[Attempt]) -> str:
    place = f"{report.first_host}:{report.first_port}"
    failures = {attempt.failure for attempt in failed}
    if Failure.REFUSED in failures:
        text = _("{place} refuses connections.")
    elif Failure.SILENT in failures:
        text = _("{place} cannot be reached: it does not respond.")
    elif failures == {Failure.NO_ROUTE}:
        text = _("There is no way to {place} from this machine.")
    else:
        text = _("{place} cannot be reached ({reason}).")
    return text.format(place=place, reason=failed[0].reason)


def _what_to_start(report: GatewayReport, failed: list[Attempt]) -> str:
    if report.proxy is not None:
        return _wrong_proxy(report)
    if any(attempt.failure is Failure.REFUSED for attempt in failed):
        return _("Start the gateway there, or correct the host and the port in the base URL.")
    return _("Check the network. If a proxy is needed here, name it in HTTPS_PROXY.")


def _wrong_proxy(report: GatewayReport) -> str:
    """What to do about a proxy that cannot be reached; "" where there is none."""
    if report.proxy is None:
        return ""
    if not report.proxy.variable:
        return _("Start the proxy, or correct it in the system's settings.")
    text = _("Start the proxy, or correct or unset {variable}.")
    return text.format(variable=report.proxy.variable)


def _encryption(
    gateway: GatewaySettings, report: GatewayReport, handshake: Handshake, now: float
) -> Check:
    expires_at = handshake.expires_at
    days = None if expires_at is None else int((expires_at - now) // _DAY)
    details = {
        "version": handshake.version,
        "issuer": handshake.issuer,
        "expires_at": expires_at,
        "seconds": round(handshake.seconds, 3),
        "reason": handshake.reason,
    }
    about = Subject("encryption", gateway.name, details)
    if handshake.error is not None:
        return about.problem(*_refused_certificate(report, handshake))
    message = _("{version} in {time}").format(
        version=handshake.version.replace("v", " "), time=lasting(handshake.seconds)
    )
    if handshake.issuer:
        message += _("; certificate by {issuer}").format(issuer=handshake.issuer)
    if days is not None:
        text = ngettext("; valid for {n} more day", "; valid for {n} more days", days)
        message += text.format(n=days)
    message += _(".")
    if days is not None and days < _SOON:
        return about.note(message, _("The gateway's operator has to renew it in time."))
    return about.ok(message)


def _refused_certificate(report: GatewayReport, handshake: Handshake) -> tuple[str, str]:
    """What is wrong with a handshake, and what to do."""
    error = handshake.error
    place = report.origin.place
    if not handshake.reason:
        return str(error), _("Check the port in the base URL, and whether https is right there.")
    message = _("The certificate of {place} could not be verified ({reason}), so nothing was sent.")
    message = message.format(place=place, reason=handshake.reason)
    if handshake.issuer:
        signed = _("It is signed by {issuer}.")
        message += " " + signed.format(issuer=handshake.issuer)
    if isinstance(error, UntrustedCertificate):
        return message, _(
            "If that is your company's network, set SSL_CERT_FILE to the file of its CA "
            "certificate. Otherwise check the base URL."
        )
    return message, _("Check the base URL, and the date and time of this machine.")
