"""How files leave us: those that somebody sent, in which nothing runs in our name, and tables that we made."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from bot.web.tables import Format
from routing.domain.errors import NotFound
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


def format_of(ending: str) -> Format:
    """The format of a table that an address asks for. Raises NotFound: there is none with this ending."""
    if ending not in set(Format):
        raise NotFound("沒有這種檔案格式。")
    return Format(ending)


def made(content: bytes, name: str, media_type: str, *, cache: str = "private, no-store") -> Response:
    """A file that we made, to be saved under ``name`` (letters, digits, hyphens and an ending)."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": cache}
    return Response(content, media_type=media_type, headers=headers)
