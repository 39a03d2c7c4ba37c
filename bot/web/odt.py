"""A small writer of OpenDocument texts (ODF 1.3): paragraphs of a few styles on A4.

Structure as in ``bot.web.ods``: OASIS ODF 1.3 part 2 (packages) and part 3 (schema).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from bot.web.ods import NAMESPACES, XML, package, paragraphs_of

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_FONT = "標楷體"
_STYLES = {
    "plain": ("", ""),
    "title": ('fo:text-align="center" fo:margin-bottom="0.4cm"', 'fo:font-size="20pt"'),
    "side": ('fo:margin-left="9cm"', 'fo:font-size="12pt"'),
    "to": ('fo:margin-top="0.3cm" fo:margin-bottom="0.3cm"', 'fo:font-size="16pt"'),
    "part": ('fo:margin-top="0.3cm" fo:margin-left="1.6cm" fo:text-indent="-1.6cm"', 'fo:font-size="16pt"'),
    "point": ('fo:margin-left="2.8cm" fo:text-indent="-1.2cm"', 'fo:font-size="16pt"'),
    "signature": ('fo:margin-top="0.8cm"', 'fo:font-size="20pt"'),
}
"""Paragraph and letters of each style."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words in a style."""

    text: str
    style: str = "plain"


def write(*, title: str, paragraphs: Sequence[Paragraph], made_at: datetime) -> bytes:
    """A text on A4. ``made_at``: aware; for the file's properties."""
    styles = "".join(
        f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties {paragraph}/>'
        f'<style:text-properties style:font-name-asian="{_FONT}" fo:font-family="{_FONT}" '
        f'style:font-family-asian="{_FONT}" {letters or "fo:font-size=" + chr(34) + "12pt" + chr(34)}/></style:style>'
        for name, (paragraph, letters) in _STYLES.items()
    )
    body = "".join(
        paragraphs_of(one.text).replace("<text:p>", f'<text:p text:style-name="{one.style}">') for one in paragraphs
    )
    content = (
        f'{XML}<office:document-content {NAMESPACES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    page = (
        f'{XML}<office:document-styles {NAMESPACES} office:version="1.3"><office:automatic-styles>'
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" '
        'fo:page-height="29.7cm" fo:margin-top="2.5cm" fo:margin-bottom="2.5cm" fo:margin-left="2.5cm" '
        'fo:margin-right="2.5cm"/></style:page-layout></office:automatic-styles><office:master-styles>'
        '<style:master-page style:name="Standard" style:page-layout-name="A4"/></office:master-styles>'
        "</office:document-styles>"
    )
    return package(MEDIA_TYPE, {"content.xml": content, "styles.xml": page}, title=escape(title), made_at=made_at)
