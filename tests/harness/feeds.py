"""Running external sources on a branch, as the worker does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.feed_client import HttpFeedClient
from routing.service.feeds import runner
from routing.service.feeds.catalogue import feeds_of
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from tests.harness.branch import Branch

EVERY = timedelta(minutes=15)


def ran(branch: Branch, name: str, url: str, **bounds: Any) -> runner.Ran:
    """One try at a source, now; ``bounds`` of the way out."""
    units = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    feed = feeds_of({name: url}, every=EVERY)[name]
    found = runner.run(units, feed, HttpFeedClient(**bounds), now=branch.now, asked=True)
    assert found is not None
    return found
