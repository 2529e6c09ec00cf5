"""Which certificates are accepted, by a real TLS server whose private authority signed its own."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import certifi
import pytest

from hingtui.api import certificates
from hingtui.model import errors
from tests.servers.sockets import CERTIFICATES, FaultServer, json_answer
from tests.unit.api.test_client import VIDEO, api_at
from tests.unit.api.test_content import MP4, mp4, read

AUTHORITY = CERTIFICATES / "company-ca.pem"
HASHED_NAME = "2b72e73f.0"
"""What OpenSSL looks for in a folder: the hash of the authority's subject."""


async def ask(environ: dict[str, str], certificate: str = "company.pem") -> None:
    """One call to a server with this certificate. Raises what the call raises."""
    with FaultServer(lambda _: json_answer(VIDEO), certificate=certificate) as server:
        async with api_at(server.url, environ=environ) as api:
            await api.retrieve("v1")


def system_store(monkeypatch: pytest.MonkeyPatch, file: Path, folder: Path) -> None:
    """Have OpenSSL's compiled-in places be these."""
    paths = ssl.DefaultVerifyPaths("", "", "SSL_CERT_FILE", str(file), "SSL_CERT_DIR", str(folder))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)


async def test_a_private_authority_is_not_trusted_by_itself() -> None:
    with pytest.raises(errors.UntrustedCertificate, match="SSL_CERT_FILE"):
        await ask({})


async def test_an_authority_in_the_systems_file_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    await ask({})


async def test_an_authority_in_the_systems_folder_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(AUTHORITY, tmp_path / HASHED_NAME)
    system_store(monkeypatch, tmp_path / "none.pem", tmp_path)
    await ask({})


async def test_a_distributions_bundle_is_found_by_a_foreign_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, tmp_path / "none.pem", tmp_path / "none")
    monkeypatch.setattr(certificates, "_BUNDLES", (str(tmp_path / "none"), str(AUTHORITY)))
    await ask({})


def test_a_download_trusts_the_systems_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    with FaultServer(mp4, certificate="company.pem") as server:
        assert read(server.url).body == MP4


@pytest.mark.parametrize("name", [HASHED_NAME, "company.pem", "company.crt"])
async def test_ssl_cert_dir_may_hold_hashed_or_plain_names(tmp_path: Path, name: str) -> None:
    shutil.copy(AUTHORITY, tmp_path / name)
    (tmp_path / "broken.pem").write_text("no certificate")
    await ask({"SSL_CERT_DIR": f"/no/such/folder:{tmp_path}"})


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_certifi_is_trusted_beside_what_the_variables_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(AUTHORITY))
    shutil.copy(CERTIFICATES / "good.pem", tmp_path / "good.pem")
    environ = {variable: str(tmp_path / "good.pem" if variable == "SSL_CERT_FILE" else tmp_path)}
    await ask(environ)
    await ask(environ, "good.pem")


async def test_ssl_cert_file_takes_the_place_of_the_systems_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    with pytest.raises(errors.UntrustedCertificate):
        await ask({"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")})


async def test_without_any_store_nothing_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    system_store(monkeypatch, broken, tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "removed"))
    with pytest.raises(errors.UntrustedCertificate):
        await ask({})


@pytest.mark.parametrize("certificate", ["expired.pem", "other-host.pem"])
async def test_a_store_never_excuses_an_expired_or_foreign_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: str
) -> None:
    system_store(monkeypatch, CERTIFICATES / certificate, tmp_path)
    with pytest.raises(errors.BadCertificate) as caught:
        await ask({}, certificate)
    assert not isinstance(caught.value, errors.UntrustedCertificate)


def test_what_both_stores_hold_is_parsed_once() -> None:
    both = certificates.trust_context({"SSL_CERT_FILE": certifi.where()})
    alone = ssl.create_default_context(cafile=certifi.where())
    assert both.cert_store_stats() == alone.cert_store_stats()
    assert both.verify_mode is ssl.CERT_REQUIRED
    assert both.check_hostname
