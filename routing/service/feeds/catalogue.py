"""Every source there is, by the name that its setting and the command have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from routing.service.feeds.closure_feed import ClosureFeed
from routing.service.feeds.outage_feeds import OutageFeed
from routing.service.feeds.registry_feed import RegistryFeed
from routing.service.feeds.source import Feed, Feeds

FEEDS = ("taipower", "water", "closures", "registry")
"""The names of the sources, in the order in which they are shown."""


def feeds_of(urls: Mapping[str, str], *, every: timedelta) -> Feeds:
    """The sources that have an address; the others are off."""
    made: dict[str, Feed] = {
        "taipower": OutageFeed(name="taipower", url=urls.get("taipower", ""), every=every),
        "water": OutageFeed(name="water", url=urls.get("water", ""), every=every),
        "closures": ClosureFeed(name="closures", url=urls.get("closures", ""), every=every),
        "registry": RegistryFeed(name="registry", url=urls.get("registry", ""), every=every),
    }
    return {name: made[name] for name in FEEDS if urls.get(name)}
