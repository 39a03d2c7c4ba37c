"""Mail by STARTTLS (RFC 3207) to a server with a certificate made for the test: encrypted, or not at all."""

import base64
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.mail import SmtpMailer
from routing.domain.errors import DeliveryError
from tests.harness.smtp import mail_server

SENDER = "window@branch.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 with its key, in one file."""
    key, since = ec.generate_private_key(ec.SECP256R1()), datetime(2020, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context) as server:
        yield server


def test_a_server_that_offers_it_gets_the_mail_encrypted(server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    SmtpMailer(server.url, SENDER).send("office@firm.example", "綁定碼", "ABCD-EFGH")
    assert server.encrypted == [True]
    assert "ABCD-EFGH" in server.texts[0]


def test_a_password_goes_over_tls_alone(server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    SmtpMailer(server.url.replace("//", "//window:s%40crt@"), SENDER).send("office@firm.example", "綁定碼", "…")
    (given,) = server.signed_in
    assert base64.b64decode(given.split()[-1]) == b"\0window\0s@crt"
    assert server.encrypted == [True]


def test_a_certificate_that_nobody_vouches_for_gets_nothing(server):
    """Tried again later: whoever runs the server may mend it."""
    with pytest.raises(DeliveryError) as refused:
        SmtpMailer(server.url, SENDER).send("office@firm.example", "綁定碼", "ABCD-EFGH")
    assert not refused.value.permanent
    assert server.mails == []


def test_a_password_is_not_given_to_a_server_without_tls():
    with mail_server() as plain:
        with pytest.raises(DeliveryError):
            SmtpMailer(plain.url.replace("//", "//window:secret@"), SENDER).send("office@firm.example", "綁定碼", "…")
        assert (plain.mails, plain.signed_in) == ([], [])
