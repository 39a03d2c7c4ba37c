"""商工登記: what the register says of a 統一編號, read with every disguise of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.calendar.republic import day_of
from knowledge.feeds import load_feeds
from routing.domain.errors import FeedError
from routing.domain.feeds import tables

_WIDTH = 8
_LONGEST = {"name": 120, "state": 60, "address": 200, "organisation": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the register has under a number. ``found`` False: nothing, when it was asked; then the rest is empty."""

    ubn: str
    found: bool
    name: str = ""
    state: str = ""
    address: str = ""
    organisation: str = ""
    since: date | None = None

    @property
    def ended(self) -> bool:
        """Whether its state is one that an officer is told of; it refuses nobody."""
        return any(word in self.state for word in load_feeds().ended)


def read_registry(ubn: str, bodies: Sequence[bytes]) -> Registered:
    """What the answers of the registers (companies, businesses) come to for a number; the first that has it counts.

    An empty answer or an empty list has nothing under the number. Rows of other numbers are not believed.

    Raises:
        FeedError: an answer is no list of rows: a page, an error or a warning in words, with status 200.
    """
    fields = load_feeds().fields["registry"]
    for body in bodies:
        text = tables.decoded(body).strip()
        if not text:
            continue
        for row in tables.json_rows(tables.json_list(text), fields):
            # A number that a program took for a figure has lost the zeros at its beginning.
            if row["number"].rjust(_WIDTH, "0") == ubn and row["name"]:
                words = {name: row[name][:most] for name, most in _LONGEST.items()}
                return Registered(ubn=ubn, found=True, since=day_of(row["since"]), **words)
    return Registered(ubn=ubn, found=False)


def addresses(url: str, ubn: str) -> list[str]:
    """Where to ask about a number: each address of the setting with ``{ubn}`` filled in, or with the usual filter."""
    found = []
    for one in url.split():
        if "{ubn}" in one:
            found.append(one.replace("{ubn}", ubn))
            continue
        join = "&" if "?" in one else "?"
        number = load_feeds().fields["registry"].names["number"][0]
        found.append(f"{one}{join}$format=json&$filter={number} eq {ubn}&$skip=0&$top=50")
    if not found:
        raise FeedError("商工登記尚未啟用。", code="feed_off")
    return found
