"""Whatever a body, form, query or header holds: taken, or refused in a sentence; never a 500."""

import gzip
import json

import pytest
import typer

from bot.cli.understand import _parse
from routing.domain.errors import Invalid
from routing.domain.reporting import history
from routing.service.cases import histories
from routing.service.maintenance import backups
from routing.store.session import Database
from tests.harness.databases import BOTH, migrated, migrated_file
from tests.harness.pages import Visitor
from tests.harness.service import PHONE_CASE, Service
from tests.integration.knowledge_admin.test_uploads import onestop

WHOLE = json.dumps(PHONE_CASE)[:-1].encode()
NESTED = b'{"a":' * 900 + b"1" + b"}" * 900
JSON = {
    "deep": b"[" * 100_000, "deep in a field": WHOLE + b',"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep extra": WHOLE + b',"x":' + NESTED + b"}", "huge number": WHOLE + b',"x":' + b"9" * 5000 + b"}",
    "NaN": WHOLE + b',"x":NaN}', "Infinity": WHOLE + b',"x":-Infinity}', "1e999": b'{"text":1e999}',
    "half a letter": WHOLE + b',"subject":"\\ud800"}', "half in a choice": WHOLE + b',"language":"\\udfff"}',
    "half in a name": WHOLE + b',"\\ud800":1}', "nul in a name": WHOLE + b',"a\\u0000":1}',
    "nul": WHOLE + b',"subject":"a\\u0000"}', "key twice": WHOLE + b',"text":"second"}',
    "key twice below": WHOLE[: WHOLE.index(b'"firm"')] + b'"firm":{"name":"a","name":"b"}}',
    "long name": WHOLE + b',"' + b"k" * 100_000 + b'":1}', "not UTF-8": b'{"text":"\xff"}', "empty": b"",
    "null": b"null", "list": b"[]", "more after it": b"{} x", "cut off": WHOLE,
}  # fmt: skip
CHARSETS = ("idna", "punycode", "utf-7", "unicode_escape", "undefined", "zlib_codec", "utf-16", "big5")


@pytest.fixture(scope="module", params=BOTH)
def service(request, tmp_path_factory):
    with migrated(request.param, tmp_path_factory.mktemp("bodies")) as url, Service(url) as service:
        yield service


def refused(answer):
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid"), problem
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["detail"])
    assert len(problem["detail"]) < 300
    return problem


def sent(service, path, content, **headers):
    given = {**service.headers("alice"), "Content-Type": "application/json", **headers}
    return service.ask("POST", f"/api/v1{path}", content=content, headers=given)


@pytest.mark.parametrize("kind", JSON)
def test_a_body_that_cannot_be_used_is_refused_in_words(service, kind):
    refused(sent(service, "/cases", JSON[kind]))


@pytest.mark.parametrize(("kind", "name"), [("key twice", "text"), ("key twice below", "name")])
def test_a_field_that_stands_twice_is_named(service, kind, name):
    """Before: the last one won silently."""
    problem = refused(sent(service, "/cases", JSON[kind]))
    assert problem["field"] == name
    assert "重複" in problem["detail"]


@pytest.mark.parametrize(("days", "ok"), [("3", True), ("1e999", False), ("9" * 5000, False), ("NaN", False)])
def test_a_step_takes_numbers_that_there_are(service, days, ok):
    number = service.opened()
    answer = sent(service, f"/cases/{number}/extension", b'{"days":' + days.encode() + b',"reason":"x"}')
    assert answer.status_code == 200 if ok else refused(answer)


@pytest.mark.parametrize("kind", ["deep", "key twice", "half in a name"])
def test_a_step_without_a_body_of_its_own_refuses_them_too(service, kind):
    number = service.opened()
    refused(sent(service, f"/cases/{number}/resume", JSON[kind], **{"Idempotency-Key": f"k-{kind}"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_body_may_begin_with_a_mark(service, encoding):
    assert sent(service, "/cases", json.dumps(PHONE_CASE).encode(encoding)).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=bogus", "\xff/json", "", "a" * 5000])
def test_a_body_of_another_kind_is_refused_or_read(service, kind):
    headers = {**service.headers("alice"), "Content-Type": kind.encode("latin-1")}
    assert service.ask("POST", "/api/v1/cases", content=b"{}", headers=headers).status_code == 422


@pytest.mark.parametrize(
    "query",
    ["limit=" + "9" * 5000, "limit=1e5", "limit=%EF%BC%91", "cursor=" + "9" * 5000, "status=%ff", "%ff=1", "kind=%00",
     "%ed%a0%80=1", "overdue=%00", "&".join(f"a{number}=1" for number in range(3000)), "q=%00"],
)  # fmt: skip
def test_a_query_that_cannot_be_used_is_refused_in_words(service, query):
    refused(service.ask("GET", f"/api/v1/cases?{query}", headers=service.headers("alice")))


def part(name, value, more=""):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


FORMS = {
    "no boundary": ("multipart/form-data", b"x"), "garbage": ("multipart/form-data; boundary=x", b"garbage"),
    "cut off": ("multipart/form-data; boundary=x", part("text", b"a")),
    "no name": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
    "many fields": ("multipart/form-data; boundary=x", b"".join(part(f"f{n}", b"a") for n in range(99)) + b"--x--\r\n"),
    "two files": ("multipart/form-data; boundary=x",
                  part("file", b"a", '; filename="a"') + part("file", b"b", '; filename="b"') + b"--x--\r\n"),
    "many": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(3000))),
    "not UTF-8": ("application/x-www-form-urlencoded", b"text=%ff%fe&a=%ed%a0%80&%zz=1"),
    "json": ("application/json", b'{"a":1}'), "long boundary": ("multipart/form-data; boundary=" + "x" * 5000, b"-"),
    **{charset: (f"multipart/form-data; boundary=x; charset={charset}",
                 part("text", b"\\ud800 +2AA- \xff-a") + b"--x--\r\n") for charset in CHARSETS},
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("path", ["/desk/knowledge/import", "/desk/new", "/desk/admin/staff/add", "/desk/sign-in"])
def test_a_form_that_cannot_be_read_is_refused_in_words(service, path, kind):
    """Before: a form that named another encoding could make text that no answer can show, and gave a 500."""
    content_type, content = FORMS[kind]
    page = Visitor(service, "adam").ask("POST", path, content=content, headers={"Content-Type": content_type})
    assert page.status in {200, 401, 422}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in page.text)


@pytest.mark.parametrize("origin", ["http://[::1", "http://a:99999999", "http://[", "//", "\xff"])
def test_an_origin_that_is_no_address_is_another_site(service, origin):
    """Before: a bracket in it was a 500."""
    headers = {"Origin": origin.encode("latin-1"), "Cookie": "sid=x"}
    assert service.ask("POST", "/desk/admin/staff/add", data={}, headers=headers).status_code == 403


LINE = {
    "number": "KP-1141103-0001", "kind": "ENQ", "category": "land", "channel": "phone", "unit": "用地工程科",
    "received_at": "2025-11-03T10:00:00+08:00", "events": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000, json.dumps(LINE)[:-1] + ',"x":' + "[" * 100_000, json.dumps(LINE)[:-1] + ',"days":' + "9" * 5000,
        json.dumps({**LINE, "\ud800": 1}), json.dumps({**LINE, "subject": "\ud800"}),
        json.dumps({**LINE, "x" * 9999: 1}),
        json.dumps({**LINE, "subject": "a\x00"}), json.dumps(LINE)[:-1] + ',"kind":"PET"}', "NaN",
        json.dumps({**LINE, "category": "長" * 9999}), json.dumps({**LINE, "events": [{"event": "\ud800"}]}),
        json.dumps({**LINE, "subject": "長" * history.MOST_CHARACTERS}, ensure_ascii=False), "\x00", "{}", "[]",
    ],
    ids=lambda line: line[:12] + str(len(line)),
)  # fmt: skip
def test_a_line_of_an_import_is_taken_or_refused_by_number(service, line):
    with service.runtime.writing() as (session, office):
        done = histories.import_histories(session, office, [line], skip_bad=True, now=service.now)
    (found,) = done.refusals
    assert (done.imported, found.line) == (0, 1)
    assert len(str(found).encode()) < 1500


def test_a_field_of_a_line_that_stands_twice_is_named(service):
    with service.runtime.writing() as (session, office):
        text = json.dumps(LINE)[:-1] + ',"kind":"PET"}'
        done = histories.import_histories(session, office, [text], skip_bad=True, now=service.now)
    assert "「kind」" in done.refusals[0].reason


def test_a_file_of_an_import_is_read_line_by_line_however_long_they_are(tmp_path):
    assert onestop(tmp_path, "migrate").returncode == 0
    long = json.dumps({**LINE, "subject": "x" * (history.MOST_CHARACTERS * 2 + 9)})
    good = json.dumps({**LINE, "number": "KP-1141103-0002"})
    (tmp_path / "h.jsonl").write_text(f"\ufeff{json.dumps(LINE)}\n{long}\n{good}\n{long}", encoding="utf-8")
    done = onestop(tmp_path, "cases", "import", "h.jsonl", "--skip-bad")
    assert done.returncode == 0
    assert "匯入 2 件" in done.stdout
    assert [line.partition("：")[0] for line in done.stderr.splitlines()] == ["第 2 行", "第 4 行"]
    (tmp_path / "h.jsonl").write_bytes(b"\xff\xfe")
    failed = onestop(tmp_path, "cases", "import", "h.jsonl")
    assert (failed.returncode, len(failed.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize("line", ["[" * 100_000, '{"text":' + "9" * 5000 + "}", "\ufeff\ufeff{}", "{", '{"id":1}'])
def test_a_line_to_be_understood_is_refused_by_number(line, capsys):
    with pytest.raises(typer.Exit):
        _parse(line, 1)
    assert "第 1 行" in capsys.readouterr().err


def test_a_line_to_be_understood_may_begin_with_a_mark_and_hold_half_a_letter():
    assert _parse('\ufeff{"id": 1, "text": "租金\\ud800"}', 1) == (1, "租金?")


def copies(tmp_path, service):
    """Files that are nearly a copy of a database."""
    backups.write(service.runtime.database, tmp_path / "good", now=service.now)
    packed = (tmp_path / "good").read_bytes()
    head, *rest = gzip.decompress(packed).splitlines(keepends=True)
    yield from (b"", b"PK\x03\x04", packed[:-40], packed[:200] + b"\xff" * 60 + packed[260:], gzip.compress(b""))
    yield from (
        gzip.compress(head + line) for line in (b"[" * 100_000, b"[]\n", b'{"table": 1}\n', b"9" * 5000, b"\xff")
    )
    yield gzip.compress(head + rest[0].replace(b'"row": [', b'"row": {"a":') + b"".join(rest[1:]))
    yield gzip.compress(b"[" * 100_000)


def test_no_file_is_put_back_that_is_not_a_copy(service, tmp_path):
    """Before: a stream damaged in its middle and a line of endless depth were tracebacks."""
    service.opened()
    for number, content in enumerate(copies(tmp_path, service)):
        (tmp_path / "copy").write_bytes(content)
        target = Database(migrated_file(tmp_path / f"{number}.db"))
        with pytest.raises(Invalid):
            backups.read(target, tmp_path / "copy")
        target.dispose()
