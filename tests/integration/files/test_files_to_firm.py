"""What a firm sees of files that staff send it: pictures in the chat where LINE can show them, links to everything."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.line.render import render
from routing.domain.messages import Card, Picture, from_plain
from routing.service.files import pictures
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Media
from routing.store.messaging.schema import Outbox
from tests.harness.databases import BOTH, migrated
from tests.harness.line_schema import check_messages
from tests.harness.pages import Visitor
from tests.harness.samples import PDF, picture
from tests.harness.service import Service

HOME = "https://window.example"
PHOTO = picture(size=(900, 600))


@pytest.fixture(scope="module", params=BOTH)
def service(request, tmp_path_factory):
    with (
        migrated(request.param, tmp_path_factory.mktemp("firm")) as url,
        Service(url, ONESTOP_BASE_URL=HOME) as service,
    ):
        yield service


@pytest.fixture
def number(service):
    """Alice's case of a firm on LINE."""
    return service.opened_on_line()


def reply(service, number, *files, step="reply", **typed):
    with service.runtime.database.reading() as session:
        version = case_store.by_number(session, number).version
    given = {"text": "如附件。", "via": "line", "version": str(version), **typed}
    sent = [("file", file) for file in files]
    alice = Visitor(service, "alice")
    # Behind https the cookie of a session has another name, bound to the host.
    return alice.ask(
        "POST", f"/desk/cases/{number}/{step}", data=given, files=sent, follow=False, headers={"Origin": HOME}
    )


def sent_to(service, number):
    """The messages of the newest notice, as they were stored."""
    with service.runtime.database.reading() as session:
        row = case_store.by_number(session, number)
        query = select(Outbox).where(Outbox.case_id == row.id).order_by(Outbox.id.desc()).limit(1)
        return from_plain(session.scalars(query).one().payload)


def path(url):
    return url.removeprefix(HOME)


def test_a_photo_in_a_reply_is_an_image_message_and_a_document_a_link_on_its_card(service, number):
    """Messaging API reference, "Image message": both addresses https, open without a sign-in."""
    done = reply(service, number, ("現場.jpg", PHOTO), ("表格.pdf", PDF))
    assert done.status == 303, done.text
    messages = sent_to(service, number)
    assert [type(one) for one in messages] == [Card, Picture]
    rendered = render(messages, "zh-TW")
    check_messages(rendered)
    assert [one["type"] for one in rendered] == ["flex", "image"]
    image = rendered[1]
    for address in (image["originalContentUrl"], image["previewImageUrl"]):
        assert address.startswith(f"{HOME}/files/")
        opened = service.ask("GET", path(address))
        assert (opened.status_code, opened.headers["content-type"], opened.content) == (200, "image/jpeg", PHOTO)
        assert opened.headers["cross-origin-resource-policy"] == "cross-origin"
    links = [button.url for button in messages[0].buttons if button.url]
    assert [service.ask("GET", path(link)).content for link in links] == [PHOTO, PDF]


def test_the_preview_is_the_thumbnail_as_soon_as_there_is_one(service, number):
    reply(service, number, ("現場.jpg", PHOTO))
    (preview,) = [one.preview for one in sent_to(service, number) if isinstance(one, Picture)]
    small = pictures.thumbnail(PHOTO, "image/jpeg")
    with service.runtime.database.writing() as session:
        row = session.scalars(select(Media).order_by(Media.id.desc()).limit(1)).one()
        row.thumbnail = f"cd/small{row.id}"
        service.runtime.files.put(row.thumbnail, small)
    assert service.ask("GET", path(preview)).content == small
    assert len(small) < 1_000_000


def test_a_link_taken_back_ends_the_picture_in_the_chat_too(service, number):
    reply(service, number, ("現場.jpg", PHOTO))
    (shown,) = [one for one in sent_to(service, number) if isinstance(one, Picture)]
    with service.runtime.database.reading() as session:
        media = session.scalars(select(Media.id).order_by(Media.id.desc()).limit(1)).one()
    assert service.ask("DELETE", f"/api/v1/files/{media}/link", headers=service.headers("alice")).status_code == 200
    assert [service.ask("GET", path(one)).status_code for one in (shown.url, shown.preview)] == [404, 404]


def test_a_request_for_supplement_shows_a_sample_in_the_chat(service, number):
    done = reply(service, number, ("範例.png", picture("PNG")), step="wait_firm", message="請拍銘牌，如範例。")
    assert done.status == 303, done.text
    assert [one["type"] for one in render(sent_to(service, number), "ja")] == ["flex", "image"]


def test_a_file_without_an_answer_comes_from_the_officer_by_name(service, number):
    sent = service.ask(
        "POST", f"/api/v1/cases/{number}/files", files={"file": ("現場.jpg", PHOTO)}, data={"to_firm": "true"},
        headers=service.headers("alice"),
    )  # fmt: skip
    assert sent.status_code == 201
    assert {one.speaker for one in sent_to(service, number)} == {"承辦人 alice"}


def test_an_answer_by_telephone_sends_no_picture(service, number):
    assert reply(service, number, ("現場.jpg", PHOTO), via="phone").status == 303
    assert not any(isinstance(one, Picture) for one in sent_to(service, number))


def test_more_or_larger_files_than_a_form_takes_come_back_with_the_words(service, number):
    many = reply(service, number, *[(f"{at}.pdf", PDF) for at in range(6)])
    large = reply(service, number, ("大.pdf", b"%PDF-" + b"a" * (21 * 1024 * 1024)))
    both = reply(service, number, *[(f"{at}.pdf", b"%PDF-" + b"a" * (11 * 1024 * 1024)) for at in range(2)])
    for page, status, words in (
        (many, 422, "一次最多 5 個檔案"),
        (large, 413, "「大.pdf」：檔案超過 20 MB"),
        (both, 422, "檔案合計超過 20 MB"),
    ):
        assert page.status == status
        assert words in page.text
        assert page.form("/reply").fields["text"] == "如附件。"


def test_a_body_beyond_every_limit_is_answered_with_a_page(service, number):
    headers = {"Content-Length": str(65 * 1024 * 1024), "Origin": HOME, "Content-Type": "multipart/form-data"}
    answer = service.ask("POST", f"/desk/cases/{number}/reply", headers=headers, content=b"x")
    assert (answer.status_code, "送出的內容過大" in answer.text) == (413, True)
    assert answer.headers["content-type"].startswith("text/html")
