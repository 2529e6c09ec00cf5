"""Which certificates the client accepts. The TLS server's is signed by a private authority."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import certifi
import pytest

from hingtui.api import certificates
from hingtui.model import errors
from tests.servers.sockets import CERTIFICATES, FaultServer, json_answer
from tests.support.api_client import VIDEO, api_at
from tests.support.contents import MP4, mp4, read

AUTHORITY = CERTIFICATES / "company-ca.pem"
HASHED_NAME = "2b72e73f.0"
"""What OpenSSL looks for in a folder: the hash of the authority's subject."""


async def retrieve(environ: dict[str, str], certificate: str = "company.pem") -> None:
    """Retrieve a video from a server with this certificate; raise what the client raises."""
    with FaultServer(lambda _: json_answer(VIDEO), certificate=certificate) as server:
        async with api_at(server.url, environ=environ) as api:
            await api.retrieve("v1")


def system_store(monkeypatch: pytest.MonkeyPatch, file: Path, folder: Path) -> None:
    """Make these OpenSSL's compiled-in default places."""
    paths = ssl.DefaultVerifyPaths("", "", "SSL_CERT_FILE", str(file), "SSL_CERT_DIR", str(folder))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)


async def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    with pytest.raises(errors.UntrustedCertificate, match="SSL_CERT_FILE"):
        await retrieve({})


async def test_an_authority_in_the_systems_ca_file_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    await retrieve({})


async def test_an_authority_in_the_systems_ca_folder_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(AUTHORITY, tmp_path / HASHED_NAME)
    system_store(monkeypatch, tmp_path / "none.pem", tmp_path)
    await retrieve({})


async def test_the_distributions_bundle_is_used_if_openssl_finds_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, tmp_path / "none.pem", tmp_path / "none")
    monkeypatch.setattr(certificates, "_BUNDLES", (str(tmp_path / "none"), str(AUTHORITY)))
    await retrieve({})


def test_downloads_trust_the_systems_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    with FaultServer(mp4, certificate="company.pem") as server:
        assert read(server.url).body == MP4


@pytest.mark.parametrize("name", [HASHED_NAME, "company.pem", "company.crt"])
async def test_ssl_cert_dir_may_hold_files_with_hashed_or_plain_names(
    tmp_path: Path, name: str
) -> None:
    shutil.copy(AUTHORITY, tmp_path / name)
    (tmp_path / "broken.pem").write_text("no certificate")
    await retrieve({"SSL_CERT_DIR": f"/no/such/folder:{tmp_path}"})


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
async def test_certifi_stays_trusted_when_ssl_cert_variables_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(AUTHORITY))
    shutil.copy(CERTIFICATES / "good.pem", tmp_path / "good.pem")
    environ = {variable: str(tmp_path / "good.pem" if variable == "SSL_CERT_FILE" else tmp_path)}
    await retrieve(environ)
    await retrieve(environ, "good.pem")


async def test_ssl_cert_file_replaces_the_systems_ca_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store(monkeypatch, AUTHORITY, tmp_path)
    with pytest.raises(errors.UntrustedCertificate):
        await retrieve({"SSL_CERT_FILE": str(CERTIFICATES / "good.pem")})


async def test_without_any_store_every_certificate_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    system_store(monkeypatch, broken, tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "removed"))
    with pytest.raises(errors.UntrustedCertificate):
        await retrieve({})


@pytest.mark.parametrize("certificate", ["expired.pem", "other-host.pem"])
async def test_a_trusted_certificate_that_expired_or_names_another_host_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: str
) -> None:
    system_store(monkeypatch, CERTIFICATES / certificate, tmp_path)
    with pytest.raises(errors.BadCertificate) as caught:
        await retrieve({}, certificate)
    assert not isinstance(caught.value, errors.UntrustedCertificate)


def test_a_certificate_in_both_stores_is_loaded_once() -> None:
    both = certificates.trust_context({"SSL_CERT_FILE": certifi.where()})
    alone = ssl.create_default_context(cafile=certifi.where())
    assert both.cert_store_stats() == alone.cert_store_stats()
    assert both.verify_mode is ssl.CERT_REQUIRED
    assert both.check_hostname


def test_gateways_share_the_certificates_until_their_file_changes(tmp_path: Path) -> None:
    environ = {"SSL_CERT_FILE": str(tmp_path / "trusted.pem")}
    shutil.copy(AUTHORITY, tmp_path / "trusted.pem")
    before = certificates.shared_trust_context(environ)
    assert certificates.shared_trust_context(dict(environ)) is before
    with (tmp_path / "trusted.pem").open("a") as file:
        file.write((CERTIFICATES / "good.pem").read_text())
    after = certificates.shared_trust_context(environ)
    assert after.cert_store_stats()["x509"] == before.cert_store_stats()["x509"] + 1


def test_a_store_that_cannot_be_read_is_tried_again(tmp_path: Path) -> None:
    environ = {"SSL_CERT_FILE": str(tmp_path / "trusted.pem")}
    with pytest.raises(errors.BadCertificate):
        certificates.shared_trust_context(environ)
    shutil.copy(AUTHORITY, tmp_path / "trusted.pem")
    assert certificates.shared_trust_context(environ).verify_mode is ssl.CERT_REQUIRED
