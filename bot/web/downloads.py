"""How bytes that somebody sent leave us: to be saved, or looked at as a picture. Nothing in them runs in our name."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from routing.domain.files import ENDINGS, PICTURES
from routing.service.files.queries import Opened


def download(
    file: Opened, *, shown: bool = False, cache: str = "private, no-store", anywhere: bool = False
) -> Response:
    """A file; ``shown``: a picture is looked at where it is, everything else is saved all the same.

    ``anywhere``: another site may show it, as LINE does in its browser: the link itself is what allows it.
    """
    inline = shown and file.content_type in PICTURES
    kind = file.content_type if file.content_type in ENDINGS else "application/octet-stream"
    plain = f"{file.media_id}.{ENDINGS.get(kind, 'bin')}"
    where = "inline" if inline else "attachment"
    headers = {
        "Content-Disposition": f"{where}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin" if anywhere else "same-origin",
        "Cache-Control": cache,
    }
    return Response(file.body, media_type=kind, headers=headers)
