"""axe-core finds nothing on the pages that are open all day; `make accessibility` looks at every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.accessibility.walk import CORE, FIRM, NOBODY, addressed, code_for, filled_desk, findings, pages, signed_in
from tests.e2e.test_desk_browser import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[str, str]]]:
    with filled_desk(tmp_path_factory.mktemp("axe")) as found:
        yield found


@pytest.mark.parametrize(
    ("who", "paths"),
    [(None, NOBODY), ("tai", ("/desk",)), ("may", (*CORE, "/desk/notices/{notice_id}")), ("firm", FIRM)],
)
def test_axe_finds_nothing(
    filled: tuple[Desk, dict[str, str]], chromium: Browser, who: str | None, paths: tuple[str, ...]
) -> None:
    desk, values = filled
    with signed_in(chromium, desk, who, code=code_for(desk, values["shared"])) as context:
        found = [one for path in paths for one in findings(context, desk, addressed(path, values))]
    assert found == []


def test_every_page_of_the_desk_has_an_address_to_be_looked_at(filled: tuple[Desk, dict[str, str]]) -> None:
    desk, values = filled
    assert f"/desk/notices/{values['notice_id']}" in pages(desk, values)
