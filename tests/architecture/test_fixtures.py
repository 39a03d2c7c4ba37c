"""The fixtures every other test stands on: they give what they promise, on this machine."""

from __future__ import annotations

import socket

import pytest
import sqlalchemy
from playwright.sync_api import Page
from pytest_socket import SocketConnectBlockedError


def test_an_empty_database_is_empty_and_its_own(empty_database_url: str) -> None:
    engine = sqlalchemy.create_engine(empty_database_url)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
        connection.execute(sqlalchemy.text("CREATE TABLE notes (line TEXT)"))
        connection.execute(sqlalchemy.text("INSERT INTO notes VALUES ('高屏分局')"))
        assert connection.execute(sqlalchemy.text("SELECT line FROM notes")).scalar_one() == "高屏分局"
    engine.dispose()


@pytest.mark.browser
def test_page_speaks_chinese_and_taipei_time(page: Page) -> None:
    page.set_content("<p>單一窗口</p>")
    assert page.inner_text("p") == "單一窗口"
    assert page.evaluate("navigator.language") == "zh-TW"
    assert page.evaluate("new Date('2026-11-22T00:00:00Z').getHours()") == 8


def test_no_network_but_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with (
        socket.socket() as outside,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        outside.connect(("192.0.2.1", 80))


def test_golden_refuses_a_difference(golden: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(golden)
    with pytest.raises(AssertionError, match="make golden"):
        golden("never/written.txt", "text")
