"""Files of cases over the API (contract §9): put there, listed, read, sent to the firm by a link that ends."""

import json
import re
from io import BytesIO
from urllib.parse import unquote

import pytest
from PIL import Image
from sqlalchemy import select

from routing.domain.files import LINK_LENGTH, MOST_BYTES
from routing.store.accounts.schema import Audit
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Media, Message
from routing.store.messaging.schema import Outbox
from tests.harness import samples
from tests.harness.cast import email
from tests.harness.databases import BOTH, migrated
from tests.harness.samples import PDF, picture
from tests.harness.service import Service


@pytest.fixture(scope="module", params=BOTH)
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("files")) as url, Service(url) as service:
        yield service


@pytest.fixture
def number(service):
    """Alice's case of a firm on LINE."""
    return service.opened_on_line()


def put(service, number, content=PDF, name="平面圖.pdf", *, who="alice", headers=None, **fields):
    return service.ask(
        "POST", f"/api/v1/cases/{number}/files", files={"file": (name, content)}, data=fields,
        headers={**service.headers(who), **(headers or {})},
    )  # fmt: skip


def link_of(service, number):
    """The address that the firm was sent last."""
    with service.runtime.database.reading() as session:
        row = case_store.by_number(session, number)
        sent = session.scalars(select(Outbox).where(Outbox.case_id == row.id).order_by(Outbox.id.desc()).limit(1)).one()
        assert sent.reason == "file_sent"
        return re.search(r'https?://[^"]+(/files/[^"]+)', json.dumps(sent.payload))[1]


def test_a_file_is_put_into_a_case_listed_and_read_again(service, number):
    made = put(service, number)
    assert made.status_code == 201, made.text
    file = made.json()
    assert made.headers["location"] == file["url"] == f"/api/v1/files/{file['id']}"
    assert (file["name"], file["type"], file["size"], file["state"]) == (
        "平面圖.pdf", "application/pdf", len(PDF), "stored",
    )  # fmt: skip
    assert service.get("alice", f"/cases/{number}/files").json() == {"items": [file], "next_cursor": None}
    for path in (f"/files/{file['id']}", f"/cases/{number}/files/{file['id']}"):
        read = service.get("alice", path)
        assert (read.status_code, read.content, read.headers["content-type"]) == (200, PDF, "application/pdf")
        assert read.headers["content-disposition"].startswith("attachment")
        assert "平面圖.pdf" in unquote(read.headers["content-disposition"])
        assert read.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in read.headers["content-security-policy"]


def test_no_byte_of_a_file_is_in_the_database_and_no_name_in_a_path(service, number):
    file = put(service, number, b"secret words of the firm", "../../x.txt").json()
    with service.runtime.database.reading() as session:
        row = session.get(Media, file["id"])
        assert row.content is None
        assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{40}", row.key)
        assert service.runtime.files.get(row.key) == b"secret words of the firm"
    assert file["name"] == "x.txt"


def test_a_file_changes_no_clock_and_no_state_and_is_audited(service, number):
    before = service.get("alice", f"/cases/{number}").json()["case"]
    file = put(service, number).json()
    after = service.get("alice", f"/cases/{number}").json()
    assert before.pop("marks") == ["new"], "who was given it has not done anything in it"
    assert {**after["case"], "version": 0} == {**before, "version": 0}
    assert after["case"]["version"] == before["version"] + 1
    assert after["messages"][-1]["files"] == [file]
    with service.runtime.database.reading() as session:
        (noted,) = session.scalars(select(Audit).where(Audit.action == "case.file", Audit.subject == number))
    assert (noted.actor, noted.detail) == (email("alice"), {"files": [file["id"]], "to_firm": False})


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90" + b"\0" * 90, "帳單.pdf"), (picture(), "a.exe"), (b"", "a.txt"), (samples.endless_png(), "a.png"),
     (b"<html><script>alert(1)</script>", "a.txt"), (samples.office(more={"word/vbaProject.bin": b"x"}), "a.docx")],
    ids=["program", "name", "empty", "pixels", "page", "macro"],
)  # fmt: skip
def test_a_bad_or_dangerous_file_is_refused_and_leaves_nothing(service, number, content, name):
    kept = set(service.runtime.files.everything())
    refused = put(service, number, content, name)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "file_refused", "file")
    assert service.get("alice", f"/cases/{number}/files").json()["items"] == []
    assert set(service.runtime.files.everything()) == kept


def test_a_file_over_twenty_mebibytes_is_too_large_whether_it_says_so_or_not(service, number):
    assert put(service, number, b"a" * (MOST_BYTES + 1), "a.txt").status_code == 413
    assert put(service, number, b"a" * (MOST_BYTES + 600_000), "a.txt").status_code == 413
    assert service.get("alice", f"/cases/{number}/files").json()["items"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [({"files": {"other": ("a.txt", b"x")}}, "other"), ({"data": {"file": "words"}}, "file"),
     ({"json": {"file": "x"}}, "file"),
     ({"files": {"file": ("a.txt", b"x")}, "data": {"to_firm": "perhaps"}}, "to_firm")],
)  # fmt: skip
def test_another_form_is_refused_by_the_name_of_its_field(service, number, given, field):
    refused = service.ask("POST", f"/api/v1/cases/{number}/files", headers=service.headers("alice"), **given)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_nobody_s_file_is_not_read_at_all(service, number):
    async def chunks():
        raise AssertionError("the body was read")
        yield b""

    answer = service.ask("POST", f"/api/v1/cases/{number}/files", content=chunks(), headers={
        "content-type": "multipart/form-data; boundary=x"
    })  # fmt: skip
    assert answer.status_code == 401


def test_the_same_key_gives_the_first_answer_and_keeps_one_file(service, number):
    first = put(service, number, headers={"Idempotency-Key": f"k{number}"})
    kept = set(service.runtime.files.everything())
    again = put(service, number, headers={"Idempotency-Key": f"k{number}"})
    assert again.json() == first.json()
    assert set(service.runtime.files.everything()) == kept
    other = put(service, number, b"words", "b.txt", headers={"Idempotency-Key": f"k{number}"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_stale_version_puts_nothing_there(service, number):
    kept = set(service.runtime.files.everything())
    assert put(service, number, headers={"If-Match": '"99"'}).status_code == 412
    assert set(service.runtime.files.everything()) == kept


def test_the_firm_gets_a_link_that_needs_no_sign_in_and_ends_after_a_week(service, number):
    made = put(service, number, picture(), "現場.jpg", to_firm="true").json()
    assert made["to_firm"] is True
    link = link_of(service, number)
    read = service.ask("GET", link)
    assert (read.status_code, read.content, read.headers["content-type"]) == (200, picture(), "image/jpeg")
    assert read.headers["cache-control"] == "private, no-store"
    start = service.now
    service.now = start + LINK_LENGTH
    over = service.ask("GET", link)
    service.now = start
    assert over.status_code == 410
    assert "link_expired" in over.text


@pytest.mark.parametrize("change", ["id", "end", "signature", "nonsense", "other"])
def test_a_link_that_was_changed_by_a_letter_opens_nothing(service, number, change):
    put(service, number, to_firm="true")
    link = link_of(service, number)
    media, until, signature = link.removeprefix("/files/").split("-", 2)
    other = put(service, number, b"another", "b.txt").json()["id"]
    tried = {
        "id": f"{int(media) + 1}-{until}-{signature}", "end": f"{media}-{int(until) + 99}-{signature}",
        "signature": f"{media}-{until}-{'A' if signature[0] != 'A' else 'B'}{signature[1:]}", "nonsense": "x",
        "other": f"{other}-{until}-{signature}",
    }  # fmt: skip
    assert service.ask("GET", link).status_code == 200
    assert service.ask("GET", f"/files/{tried[change]}").status_code == 404


def test_a_link_is_taken_back_and_given_anew_and_the_old_one_stays_dead(service, number):
    file = put(service, number, to_firm="true").json()
    first = link_of(service, number)
    back = service.ask("DELETE", f"/api/v1/files/{file['id']}/link", headers=service.headers("alice"))
    assert (back.status_code, back.json()["to_firm"]) == (200, False)
    assert service.ask("GET", first).status_code == 404
    assert service.post("alice", f"/files/{file['id']}/link").status_code == 201
    second = link_of(service, number)
    assert (service.ask("GET", first).status_code, service.ask("GET", second).status_code) == (404, 200)


def test_a_withdrawn_case_ends_its_links(service, number):
    put(service, number, to_firm="true")
    link = link_of(service, number)
    body = {"outcome": "withdrawn", "summary": "廠商撤回"}
    assert service.post("alice", f"/cases/{number}/close", body).status_code == 200
    assert service.ask("GET", link).status_code == 410


def test_a_link_of_another_installation_or_another_key_opens_nothing(service, number, tmp_path):
    """Purpose-bound and keyed: what one key signed, another does not open."""
    put(service, number, to_firm="true")
    link = link_of(service, number)
    url = service.settings.database_url
    with_key = Service(url, ONESTOP_SECRET_KEY="another-key", ONESTOP_FILES_URL=service.settings.files_url)
    assert with_key.ask("GET", link).status_code == 404
    with_key.runtime.database.dispose()


def test_a_firm_that_line_does_not_reach_is_sent_nothing(service):
    number = service.opened()
    refused = put(service, number, to_firm="true")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_address")
    assert service.get("alice", f"/cases/{number}/files").json()["items"] == []


def test_a_confidential_case_hides_its_files_and_another_unit_puts_none_there(service, number):
    file = put(service, number).json()
    assert service.get("carol", f"/files/{file['id']}").status_code == 200
    assert put(service, number, who="carol").status_code == 403
    assert service.post("alice", f"/cases/{number}/confidential", {"confidential": True}).status_code == 200
    for path in (f"/files/{file['id']}", f"/files/{file['id']}/thumbnail", f"/cases/{number}/files"):
        assert service.get("carol", path).status_code == 404
    assert put(service, number, who="carol").status_code == 404


def test_a_partner_sees_what_was_put_to_its_question_and_what_it_sent_itself(service):
    number = service.asked_of()
    other = put(service, number, b"of the firm", "廠商.txt").json()
    own = put(service, number, b"of the agency", "台電.txt", who="tai")
    assert own.status_code == 201, own.text
    assert service.get("tai", f"/files/{own.json()['id']}").content == b"of the agency"
    assert service.get("tai", f"/files/{other['id']}").status_code == 404
    listed = service.get("tai", f"/cases/{number}/files").json()["items"]
    assert [one["name"] for one in listed] == ["台電.txt"]
    refused = put(service, number, who="tai", to_firm="true")
    assert refused.status_code == 403
    for who in ("nina",):
        assert service.get(who, f"/files/{own.json()['id']}").status_code == 404
        assert put(service, number, who=who).status_code == 404
    note = service.post("tai", f"/cases/{number}/messages", {"text": "已確認", "internal": True})
    assert note.status_code == 201
    assert service.get("tai", f"/files/{own.json()['id']}").status_code == 404


def test_the_list_comes_in_pages(service, number):
    names = [f"{n}.txt" for n in range(5)]
    for name in names:
        put(service, number, name.encode(), name)
    first = service.get("alice", f"/cases/{number}/files", limit=2).json()
    second = service.get("alice", f"/cases/{number}/files", limit=2, cursor=first["next_cursor"]).json()
    third = service.get("alice", f"/cases/{number}/files", limit=2, cursor=second["next_cursor"]).json()
    shown = [one["name"] for page in (first, second, third) for one in page["items"]]
    assert (shown, third["next_cursor"]) == (names[::-1], None)


@pytest.mark.parametrize("state", ["pending", "checking", "refused", "gone", "sealed", "erased"])
def test_only_a_file_that_was_checked_is_given_out(service, number, state):
    file = put(service, number, to_firm="true").json()
    link = link_of(service, number)
    with service.runtime.database.writing() as session:
        session.get(Media, file["id"]).state = state
    assert service.get("alice", f"/files/{file['id']}").status_code == 404
    assert service.ask("GET", link).status_code in {404, 410}


def test_an_export_and_import_of_the_case_still_agree(service, number):
    put(service, number, to_firm="true")
    with service.runtime.database.reading() as session:
        row = case_store.by_number(session, number)
        (message,) = session.scalars(select(Message).where(Message.case_id == row.id, Message.kind == "file"))
    assert message.text == "附件：平面圖.pdf"


def test_a_thumbnail_is_served_as_a_small_picture(service, number):
    file = put(service, number, picture(size=(900, 600)), "a.jpg").json()
    assert service.get("alice", f"/files/{file['id']}/thumbnail").status_code == 404
    out = BytesIO()
    Image.new("RGB", (48, 32)).save(out, "JPEG")
    service.runtime.files.put("ab/small", out.getvalue())
    with service.runtime.database.writing() as session:
        row = session.get(Media, file["id"])
        row.thumbnail = f"ab/small{file['id']}"
        service.runtime.files.put(row.thumbnail, out.getvalue())
    read = service.get("alice", f"/files/{file['id']}/thumbnail")
    assert (read.status_code, read.headers["content-type"]) == (200, "image/jpeg")
    assert read.headers["content-disposition"].startswith("inline")
