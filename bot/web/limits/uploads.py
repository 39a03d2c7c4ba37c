"""Which addresses take files, and how large and slow their bodies may be; everything else stays small."""

from __future__ import annotations

import re

from routing.domain.files import MOST_BYTES

_PATHS = re.compile(
    r"/api/v1/cases/[^/]+/files|/desk/cases/[^/]+/(files|reply|note|wait_firm|wait_agency|consult)"
    r"|/desk/consultations/[^/]+/answer|/desk/new|/firm/cases/[^/]+/words"
)
BODY_BYTES = MOST_BYTES + 256 * 1024
"""Of a body with files: the largest file with its form around it."""
FORM_BYTES = 64 * 1024 * 1024
"""Of a form of the desk: more than it may bring, so that what was typed beside too large a file comes back with the
refusal."""
BODY_SECONDS = 220.0
"""For the whole of such a body: a hundred kilobytes a second."""


def takes_files(method: str, path: str) -> bool:
    """Whether a request may bring files."""
    return method == "POST" and _PATHS.fullmatch(path) is not None


def most_bytes(path: str) -> int:
    """How large the body of a request that may bring files may be."""
    return FORM_BYTES if path.startswith(("/desk/", "/firm/")) else BODY_BYTES
