"""A small writer of OpenDocument texts (ODF 1.3): paragraphs of a few styles on A4.

Structure as in ``bot.web.ods``: OASIS ODF 1.3 part 2 (packages) and part 3 (schema).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from bot.web.ods import NAMESPACES, XML, package, paragraphs_of

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_SVG = 'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
_FONT = "標楷體"
_ELSEWHERE = ("DFKai-SB", "BiauKai", "TW-Kai", "AR PL UKai TW")
"""The same hand under the names of other systems, in the order in which they are taken where 標楷體 is not there."""
_STYLES = {
    "plain": ("", 12),
    "title": ('fo:text-align="center" fo:margin-bottom="0.4cm"', 20),
    "side": ('fo:margin-left="8cm"', 12),
    "to": ('fo:margin-top="0.3cm" fo:margin-bottom="0.3cm"', 16),
    "part": ('fo:margin-top="0.3cm" fo:margin-left="1.7cm" fo:text-indent="-1.7cm"', 16),
    "point": ('fo:margin-left="1.7cm" fo:text-indent="-1.13cm"', 16),
    "copies": ('fo:margin-left="1.27cm" fo:text-indent="-1.27cm"', 12),
    "signature": ('fo:margin-top="0.8cm"', 20),
    "footer": ('fo:text-align="center"', 10),
}
"""Paragraph and size in points of each style; an indent is as wide as the words before it (主旨： is three of them)."""
_PAGES = (
    '第<text:page-number text:select-page="current">1</text:page-number>頁，共<text:page-count>1</text:page-count>頁'
)
_TAIWAN = 'fo:language="zh" fo:country="TW" style:language-asian="zh" style:country-asian="TW"'


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words in a style."""

    text: str
    style: str = "plain"


def write(*, title: str, paragraphs: Sequence[Paragraph], made_at: datetime) -> bytes:
    """A text on A4, its pages numbered below. ``made_at``: aware; for the file's properties."""
    styles = "".join(_style(name, *shape) for name, shape in _STYLES.items() if name != "footer")
    body = "".join(
        paragraphs_of(one.text).replace("<text:p>", f'<text:p text:style-name="{one.style}">') for one in paragraphs
    )
    content = (
        f'{XML}<office:document-content {NAMESPACES} {_SVG} office:version="1.3">{_fonts()}'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    page = (
        f'{XML}<office:document-styles {NAMESPACES} {_SVG} office:version="1.3">{_fonts()}<office:styles>'
        f'<style:default-style style:family="paragraph"><style:text-properties {_TAIWAN}/></style:default-style>'
        f"</office:styles><office:automatic-styles>{_style('footer', *_STYLES['footer'])}"
        '<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" '
        'fo:page-height="29.7cm" fo:margin-top="2.5cm" fo:margin-bottom="2.5cm" fo:margin-left="2.5cm" '
        'fo:margin-right="2.5cm"/><style:footer-style><style:header-footer-properties fo:min-height="0.6cm" '
        'fo:margin-top="0.4cm"/></style:footer-style></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4"><style:footer>'
        f'<text:p text:style-name="footer">{_PAGES}</text:p></style:footer></style:master-page></office:master-styles>'
        "</office:document-styles>"
    )
    return package(MEDIA_TYPE, {"content.xml": content, "styles.xml": page}, title=escape(title), made_at=made_at)


def _fonts() -> str:
    names = ", ".join(f"'{name}'" for name in (_FONT, *_ELSEWHERE))
    return (
        f'<office:font-face-decls><style:font-face style:name="{_FONT}" svg:font-family={quoteattr(names)} '
        'style:font-family-generic="script"/></office:font-face-decls>'
    )


def _style(name: str, paragraph: str, size: int) -> str:
    """Digits and Latin letters in the same hand and size as the words round them: each script has its own size."""
    return (
        f'<style:style style:name="{name}" style:family="paragraph">'
        f'<style:paragraph-properties fo:line-height="{size * 3 // 2}pt" {paragraph}/><style:text-properties '
        f'style:font-name="{_FONT}" style:font-name-asian="{_FONT}" '
        f'fo:font-size="{size}pt" style:font-size-asian="{size}pt"/></style:style>'
    )
