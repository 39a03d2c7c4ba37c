"""Pages of a list."""

import pytest

from routing.domain.errors import Invalid
from routing.domain.pagination import LARGEST_ID, MOST, before_of, page_of


@pytest.mark.parametrize(
    ("found", "items", "cursor"), [([], [], None), ([3, 2], [3, 2], None), ([3, 2, 1], [3, 2], "2")]
)
def test_the_next_page_begins_after_the_last_row_shown(found, items, cursor):
    page = page_of(found, 2, lambda row: row)
    assert (page.items, page.next_cursor) == (items, cursor)
    assert page.of([str(row) for row in items]).next_cursor == cursor


def test_a_cursor_is_the_id_of_a_row():
    assert before_of(MOST, None) is None
    assert before_of(1, "17") == 17
    assert before_of(1, str(LARGEST_ID)) == LARGEST_ID


@pytest.mark.parametrize("cursor", ["", "0", "-1", "1.5", "x", "１", str(LARGEST_ID + 1), "9" * 20, "1" * 5000])
def test_what_no_page_gave_is_refused(cursor):
    with pytest.raises(Invalid, match="cursor"):
        before_of(50, cursor)


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_a_page_holds_1_to_200(limit):
    with pytest.raises(Invalid, match="limit"):
        before_of(limit, None)
