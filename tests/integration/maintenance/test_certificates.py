"""The certificate of the public address is looked at once a day, over real TLS, and its days are told in time."""

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from threading import Thread

import pytest

from bot.certificates import ends
from routing.service.maintenance import certificates
from tests.harness import tls
from tests.harness.http_server import Quiet
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.tls import HOST

UNTIL = datetime(2090, 5, 1, tzinfo=UTC)


@contextmanager
def shown(path):
    """A server that shows this certificate; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = ThreadingHTTPServer((HOST, 0), Quiet)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(database_url):
    with Service(database_url, ONESTOP_BASE_URL=f"https://{HOST}") as service:
        yield service


def look(service, port):
    return certificates.look_if_due(service.runtime.database, HOST, port, ends, now=service.now)


def page(service):
    found = Visitor(service, "adam").get("/desk/admin/running")
    assert not found.outline.broken_rules()
    return found.text


def gauge(service):
    lines = service.ask("GET", "/metrics").text.splitlines()
    return [line.split()[1] for line in lines if line.startswith("onestop_certificate_days ")]


def test_a_certificate_that_is_trusted_says_until_when_and_is_looked_at_once_a_day(service, tmp_path, monkeypatch):
    path = tls.certificate(tmp_path / "server.pem", until=UNTIL)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert gauge(service) == []
    with shown(path) as port:
        assert ends(HOST, port) == UNTIL
        assert (look(service, port), look(service, port)) == (True, False)
        service.later(days=1)
        assert look(service, port)
    days = (UNTIL - service.now).days
    assert f"尚餘 {days} 日" in page(service)
    assert gauge(service) == [f"{days}.0"]


def test_one_that_ends_soon_is_told_before_it_does(service, tmp_path, monkeypatch):
    path = tls.certificate(tmp_path / "server.pem", until=UNTIL)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    service.now = UNTIL - timedelta(days=certificates.SOON, hours=1)
    with shown(path) as port:
        look(service, port)
    assert "即將到期" not in page(service)
    service.later(hours=2)
    assert "網站憑證即將到期" in page(service)
    service.later(days=31)
    assert "網站憑證已過期" in page(service)
    assert gauge(service) == ["-1.0"]


def test_one_that_is_not_trusted_is_told_with_the_reason(service, tmp_path):
    with shown(tls.certificate(tmp_path / "server.pem", until=UNTIL)) as port, pytest.raises(OSError, match="verify"):
        ends(HOST, port)
    with shown(tmp_path / "server.pem") as port:
        look(service, port)
    text = page(service)
    assert "網站憑證無法通過檢查" in text
    assert "self-signed" in text.replace("self signed", "self-signed")
    assert gauge(service) == ["-1.0"]


def test_nobody_there_is_a_problem_and_no_fault(service):
    assert look(service, 1)
    assert "未通過" in page(service)


def test_a_line_that_was_down_for_a_moment_is_not_told_of_for_a_day(service, tmp_path, monkeypatch):
    """Before: one failure in the morning stood on the page, and in the figures, until the next day."""
    path = tls.certificate(tmp_path / "server.pem", until=UNTIL)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with shown(path) as port:
        assert certificates.look_if_due(service.runtime.database, HOST, port, _down, now=service.now)
        assert "網站憑證無法通過檢查" in page(service)
        assert certificates.look_if_due(service.runtime.database, HOST, port, _down, now=service.now)
        assert not look(service, port)
        service.later(hours=1)
        assert look(service, port)
        assert "尚餘" in page(service)
        service.later(hours=1)
        assert look(service, port)  # once more, by the day again
        assert not look(service, port)


def _down(_host, _port):
    raise OSError(101, "Network is unreachable")
