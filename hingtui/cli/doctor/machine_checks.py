"""Proxies, certificates and versions: what this machine brings along."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from hingtui import __version__
from hingtui.api.certificates import trust_context, trust_sources
from hingtui.api.probe import proxies_of
from hingtui.cli.doctor.check import Check, Subject
from hingtui.model.errors import ApiError
from hingtui.system.clock import EARLIEST
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _, ngettext

_NEEDED = ("textual", "rich", "httpx", "httpcore", "socksio", "certifi", "tomli-w", "platformdirs")
_EXTRAS = {"preview": ("av", "textual-image")}
_OTHER_STORES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables that name certificates for other programs."""


def proxy_checks(environ: Mapping[str, str]) -> Iterator[Check]:
    """Every proxy that is named somewhere, without name and password."""
    proxies = proxies_of(environ)
    exceptions = next(
        (environ[name].strip() for name in ("no_proxy", "NO_PROXY") if environ.get(name)), ""
    )
    for variable, proxy in proxies.variables.items():
        about = Subject("proxy", details={"variable": variable, "no_proxy": exceptions})
        if isinstance(proxy, ApiError):
            yield about.problem(str(proxy), _("Write it like http://127.0.0.1:7890, or unset it."))
            continue
        sentence = (
            _("{variable} names {url}, with a name and password (not shown).")
            if proxy.auth
            else _("{variable} names {url}.")
        )
        yield about.ok(sentence.format(variable=variable, url=proxy.url))
    if not proxies.variables:
        about = Subject("proxy", details={"system": bool(proxies.are_of_the_system)})
        if proxies.are_of_the_system:
            yield about.ok(_("No variable names a proxy; the system's settings name one."))
        else:
            yield about.ok(_("No proxy is set."))
    elif exceptions:
        about = Subject("proxy", details={"no_proxy": exceptions})
        yield about.ok(_("Without a proxy (NO_PROXY): {hosts}").format(hosts=exceptions))


def certificate_check(environ: Mapping[str, str]) -> Check:
    """Which certificates are trusted. Blocks for some 50 ms."""
    sources = trust_sources(environ)
    named = {name: environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(name)}
    about = Subject(
        "certificates",
        details={"file": sources.file, "folder": sources.folder, "variables": named},
    )
    try:
        count = len(trust_context(environ).get_ca_certs())
    except ApiError as error:
        next_step = _("Correct SSL_CERT_FILE, or unset it: the system's store is used then.")
        return about.problem(str(error), next_step)
    if sources.file:
        place = sources.file
    elif sys.platform == "darwin":
        place = _("the keychain")
    else:
        place = sources.folder
    if count == 0 and sys.platform != "darwin" and not _has_entries(sources.folder):
        message = _("No certificate is trusted: no encrypted connection can work.")
        return about.problem(message, _("Install ca-certificates, or the Python package certifi."))
    message = ngettext(
        "{n} authority is trusted: those of {place}, and certifi's.",
        "{n} authorities are trusted: those of {place}, and certifi's.",
        count,
    ).format(n=count, place=place)
    if named:
        message += " " + _("Set by {variables}.").format(variables=", ".join(named))
        return about.ok(message)
    other = [name for name in _OTHER_STORES if environ.get(name)]
    if other:
        text = _("{variables} is for other programs: hingtui reads SSL_CERT_FILE.")
        message += " " + text.format(variables=", ".join(other))
        next_step = _("If a certificate is not trusted, set SSL_CERT_FILE to the same file.")
        return about.note(message, next_step)
    return about.ok(message)


def _has_entries(folder: str) -> bool:
    try:
        return any(Path(folder).iterdir())
    except OSError:
        return False


def version_check() -> Check:
    """The versions of everything that takes part."""
    versions = {name: _version(name) for name in _NEEDED}
    extras = {extra: {name: _version(name) for name in names} for extra, names in _EXTRAS.items()}
    system = " ".join(part for part in (platform.system(), platform.release()) if part)
    details = {
        "hingtui": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "packages": versions,
        "extras": extras,
        "platform": f"{system} {platform.machine()}",
        "distribution": _distribution(),
    }
    shown = [f"hingtui {__version__}", f"{details['implementation']} {details['python']}"]
    shown += [f"{name} {version}" for name, version in versions.items() if version]
    for extra, packages in extras.items():
        there = [f"{name} {version}" for name, version in packages.items() if version]
        shown += there or [_("without the extra {name}").format(name=extra)]
    shown.append(clean_line(f"{_distribution()} {system} {platform.machine()}".strip(), 120))
    about = Subject("versions", details=details)
    missing = [name for name, version in versions.items() if not version]
    if missing:
        message = _("{versions}; not installed: {names}")
        return about.problem(
            message.format(versions=", ".join(shown), names=", ".join(missing)),
            _("Install hingtui again, with all it needs."),
        )
    return about.ok(", ".join(shown))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _distribution() -> str:
    """The name of the Linux distribution, and what it runs in; "" elsewhere."""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):  # noqa: PTH110 - Path's own can raise
        name = f"{name} (container)"
    return "WSL " + name if "microsoft" in platform.release().lower() else name


def time_check() -> Check:
    """Whether this machine's clock can be right."""
    now = time.time()
    zone = time.strftime("%Z %z")
    shown = time.strftime("%Y-%m-%d %H:%M:%S")
    about = Subject("time", details={"unix": round(now), "zone": zone})
    if now < EARLIEST:
        message = _("This machine's clock says {time}, which is past.").format(time=shown)
        return about.problem(message, _("Set the date and time."))
    return about.ok(_("It is {time} here ({zone}).").format(time=shown, zone=zone))
