"""Which certificates are trusted: the system's store and certifi's list, either is enough.

Nothing here weakens the verification: where no store can be read, no certificate is accepted.
"""

from __future__ import annotations

import contextlib
import os
import re
import ssl
import sys
import threading
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hingtui.model.errors import BadCertificate
from hingtui.text.i18n import _

_BUNDLES = (
    "/etc/ssl/cert.pem",  # Alpine, Arch, Fedora, RHEL 9
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora 44
    "/etc/pki/tls/cert.pem",  # RHEL 8
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
"""Where distributions keep their store, for a Python that was built elsewhere (uv, PyInstaller)."""
_FEW = 60
"""Certificates up to which parsing them with the GIL held is cheaper than reading a whole file."""

_shared: dict[Hashable, ssl.SSLContext] = {}
"""The last context of `shared_trust_context`, by what it was made from."""
_sharing = threading.Lock()


@dataclass(frozen=True, slots=True)
class TrustSources:
    """Where trusted certificates are read from, besides certifi's list."""

    file: str
    """"" for none."""
    folder: str
    """One folder or several, as OpenSSL separates them."""


def trust_sources(environ: Mapping[str, str]) -> TrustSources:
    """The file and the folder of trusted certificates in this environment."""
    paths = ssl.get_default_verify_paths()
    return TrustSources(
        environ.get("SSL_CERT_FILE") or _default_file(paths, environ),
        environ.get("SSL_CERT_DIR") or paths.openssl_capath,
    )


def trust_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A TLS client context that verifies certificates and host names.

    SSL_CERT_FILE takes the place of the system's file and SSL_CERT_DIR that of its folder, as
    OpenSSL has it; certifi's list is added to either. Raises BadCertificate where SSL_CERT_FILE
    cannot be read. Takes some 0.2 ms for each certificate.
    """
    context = _empty_context()
    sources = trust_sources(environ)
    file, folder = sources.file, sources.folder
    try:
        if file:
            context.load_verify_locations(cafile=file)
    except OSError:
        if environ.get("SSL_CERT_FILE"):
            message = _("{variable} names no usable certificates: correct it, or unset it.")
            raise BadCertificate(message.format(variable="SSL_CERT_FILE")) from None
        file = ""  # the system's own file is broken: certifi has to do
    if folder:
        _add_folder(context, folder, is_named=bool(environ.get("SSL_CERT_DIR")))
    with contextlib.suppress(OSError):  # certifi was removed: the system's store has to do
        _add_certifi(context, already_there=file)
    return context


def shared_trust_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """As `trust_context`, but the same for each gateway, until one of the files has changed.

    Raises BadCertificate.
    """
    import certifi

    sources = trust_sources(environ)
    places = (sources.file, *sources.folder.split(os.pathsep), certifi.where())
    named = (environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR"))
    key = (sources, named, *((place, _stamp(place)) for place in places))
    with _sharing:
        if key not in _shared:
            context = trust_context(environ)
            _shared.clear()  # of files as they were before
            _shared[key] = context
        return _shared[key]


def _stamp(path: str) -> tuple[int, int] | None:
    """What changes with a file or folder; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - "" is no path, and not the current folder
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _empty_context() -> ssl.SSLContext:
    """Without OpenSSL's certificates; on macOS with those of the keychain."""
    if sys.platform == "darwin":
        import truststore  # installed there only

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # A store may hold no more than a company's intermediate authority; curl accepts that too.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _default_file(paths: ssl.DefaultVerifyPaths, environ: Mapping[str, str]) -> str:
    """The system's file of certificates, or "" where its folder is enough or nothing is there."""
    if Path(paths.openssl_cafile).is_file():
        return paths.openssl_cafile
    if environ.get("SSL_CERT_DIR") or _is_hashed(Path(paths.openssl_capath)):
        return ""
    return next((file for file in _BUNDLES if Path(file).is_file()), "")


def _add_folder(context: ssl.SSLContext, folder: str, *, is_named: bool) -> None:
    """Trust what lies in `folder`, which may be several.

    OpenSSL looks there by the hash of a subject, at the time of a handshake. A folder that the user
    has named may hold files of any name instead.
    """
    with contextlib.suppress(OSError):
        context.load_verify_locations(capath=folder)
    for path in map(Path, folder.split(os.pathsep) if is_named else ()):
        if not _is_hashed(path):
            for file in _files_in(path):
                with contextlib.suppress(OSError):  # not every file there is a certificate
                    context.load_verify_locations(cafile=file)


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix in (".pem", ".crt", ".cer"))
    except OSError:
        return []


def _is_hashed(folder: Path) -> bool:
    """Whether OpenSSL finds certificates in `folder`: they are named like `9d04f354.0`."""
    names = re.compile(r"[0-9a-f]{8}\.[0-9]+")
    try:
        return any(names.fullmatch(file.name) for file in folder.iterdir())
    except OSError:
        return False


def _add_certifi(context: ssl.SSLContext, already_there: str) -> None:
    """Trust certifi's list, most of which is in the file `already_there` as a rule.

    Parsing a certificate is slow: those that are in both are left out.
    """
    import certifi  # 3 ms that only an encrypted connection needs

    path = certifi.where()
    known = set(_certificates(already_there)) if already_there else set()
    missing = [one for one in _certificates(path) if one not in known]
    if len(missing) > _FEW:
        context.load_verify_locations(cafile=path)
    elif missing:
        context.load_verify_locations(cadata="\n".join(missing))


def _certificates(path: str) -> Iterator[str]:
    """The certificates in a file, as PEM."""
    text = Path(path).read_text("latin-1").replace("\r\n", "\n")
    pattern = r"-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----"
    return (found[0] for found in re.finditer(pattern, text))
