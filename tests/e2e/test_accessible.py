"""axe-core finds nothing on the pages that are open all day; `make accessibility` looks at every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.accessibility.walk import CORE, addressed, filled_desk, findings, signed_in
from tests.e2e.test_desk_browser import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[str, str]]]:
    with filled_desk(tmp_path_factory.mktemp("axe")) as found:
        yield found


@pytest.mark.parametrize(("who", "paths"), [(None, ("/desk/sign-in",)), ("tai", ("/desk",)), ("may", CORE)])
def test_axe_finds_nothing(
    filled: tuple[Desk, dict[str, str]], chromium: Browser, who: str | None, paths: tuple[str, ...]
) -> None:
    desk, values = filled
    with signed_in(chromium, desk, who) as context:
        found = [one for path in paths for one in findings(context, desk, addressed(path, values))]
    assert found == []
