"""Canned replies and the directory over the API: the same rules as at the desk."""

import pytest

from tests.harness.pages import Visitor
from tests.harness.service import Service

BODY = {
    "title": "續租文件",
    "unit": "用地工程科",
    "texts": {"zh-TW": "{聯絡人}您好，請備妥申請書。", "en": "Dear {聯絡人}, please bring the form."},
}


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def delete(service, who, path):
    return service.ask("DELETE", f"/api/v1{path}", headers=service.headers(who))


def test_a_unit_keeps_its_replies_by_programs(service):
    made = service.post("alice", "/canned", BODY)
    assert made.status_code == 201, made.text
    reply = made.json()
    path = f"/canned/{reply['id']}"
    assert [one["title"] for one in service.get("bob", "/canned", unit="用地工程科").json()["items"]] == ["續租文件"]
    assert service.post("carol", path, {**BODY, "version": 1}).status_code == 403
    assert service.post("alice", "/canned", {**BODY, "unit": None}).status_code == 403
    changed = service.post("bob", path, {**BODY, "title": "續約文件", "version": 1})
    assert (changed.json()["title"], changed.json()["version"]) == ("續約文件", 2)
    assert service.post("bob", path, {**BODY, "version": 1}).status_code == 412
    assert service.post("alice", "/canned", {**BODY, "texts": {"en": "x"}}).status_code == 422
    assert "續約文件" in Visitor(service, "alice").get("/desk/canned").text
    assert delete(service, "alice", path).json() == {"withdrawn": reply["id"]}
    assert delete(service, "alice", path).status_code == 404
    assert service.get("alice", "/canned").json()["items"] == []


def test_the_directory_is_read_changed_and_put_back(service):
    rows = service.get("adam", "/directory/parks", limit=200).json()["items"]
    nanzih = next(one for one in rows if one["code"] == "nanzih")
    assert (nanzih["own"], nanzih["version"]) == (False, 0)
    path = "/directory/parks/nanzih"
    assert service.get("adam", path).json() == nanzih
    aliases = [*nanzih["row"]["aliases"], "楠加區"]
    changed = service.post("adam", path, {"version": 0, "aliases": aliases})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["own"], changed.json()["version"], changed.json()["row"]["aliases"]) == (True, 1, aliases)
    assert changed.json()["row"]["district"] == nanzih["row"]["district"]
    assert service.post("adam", path, {"version": 0, "note": "x"}).status_code == 412
    refused = service.post("adam", path, {"version": 1, "categories": ["land"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "categories")
    assert service.post("adam", "/directory/parks/nowhere", {"version": 0}).status_code == 404
    assert service.get("adam", "/directory/houses").status_code == 422
    assert service.get("alice", path).status_code == 403
    assert "楠加區" in Visitor(service, "adam").get("/desk/admin/directory/parks/nanzih").html
    back = delete(service, "adam", path)
    assert (back.status_code, back.json()["own"]) == (200, False)
    offices = service.get("adam", "/directory/agencies/taipower").json()["row"]["offices"]
    given = [{**one, "phone": "07-3333333"} for one in offices]
    agency = service.post("adam", "/directory/agencies/taipower", {"version": 0, "offices": given})
    assert agency.status_code == 200, agency.text
    assert {one["phone"] for one in agency.json()["row"]["offices"]} == {"07-3333333"}
