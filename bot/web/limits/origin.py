"""Where a request comes from: the address that sign-in attempts are counted by.

Anybody can write X-Forwarded-For, so it is believed only of the proxies named in ONESTOP_TRUSTED_PROXIES, and from
the right: each proxy appends whom it saw (ASVS 4.1.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request

Network = IPv4Network | IPv6Network


def address_of(request: Request, trusted: Sequence[Network]) -> str | None:
    """The caller's address (IPv6: its /64, which one subscriber has); None if it cannot be told from others'.

    A proxy on this machine or its network that is not named hides who is behind it: all of them would be one address.
    """
    peer = request.client.host if request.client else ""
    passed_on = [part.strip() for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
    if not _within(peer, trusted):
        hidden = any(passed_on) and _private(peer)
        return None if hidden else _written(peer)
    for one in reversed(passed_on):
        if not _within(one, trusted):
            return _written(one)
    return None


def _within(address: str, networks: Sequence[Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


def _private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _written(address: str) -> str | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
