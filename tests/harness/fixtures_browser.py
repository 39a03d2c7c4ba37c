"""A real browser for tests: the Chromium of this machine, driven by playwright, speaking to loopback only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.harness.requirements import chromium_path

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A running Chromium. Mark the test `browser`.

    One for each module and no longer: playwright keeps an event loop in the thread, and a later test of the same
    worker could not start one of its own.
    """
    path = chromium_path()
    if path is None:
        pytest.fail("a test that uses chromium must be marked `browser`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a context of its own, Taiwan's language and time; a script error on it fails the test."""
    context = chromium.new_context(locale="zh-TW", timezone_id="Asia/Taipei")
    errors: list[Error] = []
    context.on("weberror", lambda error: errors.append(error.error))
    yield context.new_page()
    context.close()
    assert not errors, errors
