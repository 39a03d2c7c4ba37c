"""Addresses LINE accepts: HTTPS for what a phone loads, four schemes for what it opens.

An address of the machine itself may be plain HTTP here, or no demo could show a picture.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.simulator.validation.report import Scope

ACTION_SCHEMES = ("http", "https", "line", "tel")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PERCENT_ENCODED = re.compile(r"[!-~]+")


def _parts(value: str) -> tuple[str, str]:
    try:
        parts = urlsplit(value)
        return parts.scheme.lower(), parts.hostname or ""
    except ValueError:
        return "", ""


def check_media_url(scope: Scope, value: object, *, required: bool = True) -> None:
    """An address of an image, video or sound: HTTPS, at most 2,000 characters."""
    if not scope.text(value, 2000, required=required) or not isinstance(value, str):
        return
    scheme, host = _parts(value)
    secure = scheme == "https" or (scheme == "http" and host in _LOOPBACK)
    if not (secure and host and _PERCENT_ENCODED.fullmatch(value)):
        scope.fail("invalid uri scheme" if scope.flex else "Must be a valid HTTPS URL")


def check_action_uri(scope: Scope, value: object) -> None:
    """The address of a URI action: at most 1,000 characters, schemes http, https, line, tel."""
    if not scope.text(value, 1000) or not isinstance(value, str):
        return
    scheme, host = _parts(value)
    if scheme not in ACTION_SCHEMES:
        scope.fail("invalid uri scheme" if scope.flex else "Invalid action URI")
    elif not _PERCENT_ENCODED.fullmatch(value) or (scheme in {"http", "https"} and not host):
        scope.fail("invalid uri" if scope.flex else "Invalid action URI")
