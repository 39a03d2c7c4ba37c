"""What comes out on A4: tables as tables, whole, with their headings, and the line to sign on no sheet of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.bench.scale import lines
from tests.e2e.test_desk_browser import Desk, desk, sign_in  # noqa: F401 - a fixture
from tests.integration.reporting.test_histories import take_in

pytestmark = pytest.mark.browser

WIDTH = 703
"""Pixels of a sheet of A4 between its margins of 12 mm."""
YEAR = "from=2025-01-01&to=2025-12-31"
PAGES = (
    f"/desk/turnaround?{YEAR}&by=unit&base=113", f"/desk/turnaround?{YEAR}&kind=all&by=month",
    f"/desk/turnaround/cases?{YEAR}&figure=late", f"/desk/turnaround/held?{YEAR}", f"/desk/turnaround/service?{YEAR}",
    f"/desk/turnaround/bot?{YEAR}", "/desk/turnaround/week", "/desk/turnaround/words", "/desk/annual/114", "/desk",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll("table")].filter(one => one.offsetParent).flatMap(one => {
  const box = one.getBoundingClientRect(), around = one.parentElement.getBoundingClientRect();
  const cells = [...one.querySelectorAll('th, td')].filter(cell => cell.offsetParent && !cell.querySelector('.sr'));
  const wide = cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent.trim());
  const name = one.caption?.textContent ?? one.className;
  return [
    ...(getComputedStyle(one).display === 'table' ? [] : [name + ' is no table']),
    ...(box.right > around.right + 1 ? [name + ' is wider than its place'] : []),
    ...(wide.length ? [name + ' has words beyond their cell: ' + wide[0]] : []),
  ];
})"""


def test_a_sheet_has_every_table_whole(desk: Desk, page: Page) -> None:  # noqa: F811 - the fixture
    taken = take_in(desk, list(lines(80, 3)))
    assert not taken.refusals
    sign_in(page, desk, "root@kp.example")
    page.set_viewport_size({"width": WIDTH, "height": 1000})
    page.emulate_media(media="print")
    for path in PAGES:
        page.goto(desk.url + path)
        assert page.evaluate(CUT) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, path
        stamps = page.locator(".stamps")
        if stamps.count():
            assert stamps.evaluate("one => getComputedStyle(one).breakBefore") == "avoid", path
        assert page.locator(".filters:visible, .downloads:visible, .top:visible").count() == 0, path
