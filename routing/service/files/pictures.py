"""Pictures: looked at without decoding them, and made small for lists. Only formats that browsers show."""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import Image, ImageOps

from routing.domain.files import FileRefused, Problem

MOST_PIXELS = 50_000_000
"""Of a picture; the largest that phones take have 48 million."""
_LONGEST_SIDE = 20_000
THUMBNAIL = 480
"""Pixels of the longer side."""
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_WRONG = (OSError, ValueError, SyntaxError, EOFError, OverflowError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow raises about a broken picture."""

# The size is checked here, before anything is decoded; Pillow's own mark only warns.
Image.MAX_IMAGE_PIXELS = None


def check(content: bytes, content_type: str) -> None:
    """Look at a picture's head.

    Raises:
        FileRefused: it is broken, of another format than its first bytes say, or too large to be decoded safely.
    """
    try:
        with Image.open(BytesIO(content), formats=(_FORMATS[content_type],)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS or max(width, height) > _LONGEST_SIDE:
                raise FileRefused(Problem.PIXELS)
            picture.verify()
    except _WRONG:
        raise FileRefused(Problem.BROKEN) from None


def thumbnail(content: bytes, content_type: str) -> bytes | None:
    """A small JPEG of a picture that was checked, upright, without any of its data about place and camera.

    None if it cannot be decoded.
    """
    try:
        with Image.open(BytesIO(content), formats=(_FORMATS[content_type],)) as picture:
            picture.draft("RGB", (THUMBNAIL * 2, THUMBNAIL * 2))
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((THUMBNAIL, THUMBNAIL))
            flat = Image.new("RGB", small.size, "white")
            clear = small.convert("RGBA")
            flat.paste(clear, mask=clear)
            out = BytesIO()
            flat.save(out, "JPEG", quality=80)
            return out.getvalue()
    except _WRONG:
        return None
