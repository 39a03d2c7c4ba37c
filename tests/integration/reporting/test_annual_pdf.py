"""The yearly papers as PDF: made where typst and a Chinese font are, and said what is missing where they are not."""

from importlib.util import find_spec

import pytest

from bot.web import annual_pdf
from bot.web.tables import Format
from routing.domain.errors import Unavailable
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.reporting.test_histories import LINES, take_in

PDF = {"format": "pdf"}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        take_in(service, LINES)
        yield service


def test_it_is_made_for_the_archive_or_the_answer_says_what_to_install(service):
    """As this machine has it: the extra is in no lock of the product."""
    answer = service.get("sue", "/annual/114", **PDF)
    page = Visitor(service, "sue").get("/desk/annual/114/file.pdf")
    if find_spec("typst") is None:
        assert (answer.status_code, answer.json()["code"], page.status) == (503, "pdf_unavailable", 503)
        assert "requirements-pdf.lock" in answer.json()["detail"]
        assert "requirements-pdf.lock" in page.text
        return
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfaid" in answer.content
    assert 'filename="annual-2025.pdf"' in answer.headers["content-disposition"]
    assert page.answer.content == answer.content


def test_one_table_alone_is_no_pdf(service):
    assert service.get("sue", "/annual/114", **PDF, table="time").status_code == 422


def test_only_a_font_with_the_characters_of_taiwan_is_taken_and_song_before_sans():
    assert annual_pdf.font(["DejaVu Sans", "Noto Sans CJK TC", "Noto Serif CJK TC"]) == "Noto Serif CJK TC"
    with pytest.raises(Unavailable) as raised:
        annual_pdf.font(["DejaVu Sans", "Noto Sans CJK SC"])
    assert "fonts-noto-cjk" in raised.value.message


def test_the_endings_are_those_of_workbooks_and_pdf():
    assert (*Format, "pdf") == annual_pdf.ENDINGS
