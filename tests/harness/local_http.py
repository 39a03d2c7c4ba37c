"""HTTP calls to processes of this machine.

httpx reads all certificates of the machine for each client, and for each call without one: a twentieth of a second that
no call to this machine needs.
"""

from __future__ import annotations

import ssl
from contextlib import AbstractContextManager
from typing import Any

import httpx

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(**given: Any) -> httpx.Client:
    """A client, as httpx has it."""
    return httpx.Client(verify=_NO_CERTIFICATES, trust_env=False, **given)


def request(method: str, url: str, **given: Any) -> httpx.Response:
    """One call, as httpx has it."""
    return httpx.request(method, url, verify=_NO_CERTIFICATES, trust_env=False, **given)


def get(url: str, **given: Any) -> httpx.Response:
    """One reading call."""
    return request("GET", url, **given)


def post(url: str, **given: Any) -> httpx.Response:
    """One writing call."""
    return request("POST", url, **given)


def stream(method: str, url: str, **given: Any) -> AbstractContextManager[httpx.Response]:
    """One call whose answer is read as it comes."""
    return httpx.stream(method, url, verify=_NO_CERTIFICATES, trust_env=False, **given)
