"""Mail by STARTTLS (RFC 3207) to a server with a certificate made for the test: encrypted, or not at all."""

import base64
import ssl
from datetime import UTC, datetime

import pytest

from bot.mail import SmtpMailer
from routing.domain.errors import DeliveryError
from tests.harness import tls
from tests.harness.smtp import mail_server

SENDER = "window@branch.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("mail") / "server.pem"
    return tls.certificate(path, until=datetime(2100, 1, 1, tzinfo=UTC))


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
