"""Parks, agencies and units that the branch keeps: used at once by every process, and never contradictory."""

import pytest

from bot.app import build_runtime
from bot.worker import KnowledgeWatch
from knowledge.offices.directory import load_offices, offices_with
from tests.harness.databases import migrated
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.waiting import eventually

PARKS, AGENCIES, UNITS = (f"/desk/admin/directory/{kind}" for kind in ("parks", "agencies", "units"))


@pytest.fixture
def service(tmp_path):
    with migrated("sqlite", tmp_path) as url, Service(url) as service:
        yield service


@pytest.fixture
def adam(service):
    return Visitor(service, "adam")


def park_of(runtime, words):
    with runtime.reading() as (_, office):
        found = office.offices.find_park(words)
    return found.id if found is not None else None


def test_without_changes_the_directory_is_the_shipped_one():
    assert offices_with({}) == load_offices()


def test_a_new_alias_is_known_to_this_process_and_the_others_within_a_second(service, adam):
    other = build_runtime(service.settings, now=lambda: service.now)
    assert park_of(other, "我們在北楠工業村") is None
    page = adam.get(f"{PARKS}/nanzih")
    assert page.outline.broken_rules() == []
    aliases = page.form("/nanzih").fields["aliases"]
    saved = adam.send(page, "/nanzih", aliases=f"{aliases}\n北楠工業村")
    assert "資料已更新" in saved.text
    assert saved.outline.broken_rules() == []
    assert (park_of(service.runtime, "我們在北楠工業村"), park_of(other, "我們在北楠工業村")) == ("nanzih", "nanzih")
    told = []
    other.reader.know = told.append
    watch = KnowledgeWatch(other)
    watch.start()
    eventually(lambda: told and told[-1].find_park("北楠工業村"), what="the reader's own directory")
    watch.stop()
    other.database.dispose()
    assert "還原預設" in adam.get(f"{PARKS}/nanzih").text
    adam.send(adam.get(f"{PARKS}/nanzih"), "/restore")
    assert park_of(service.runtime, "我們在北楠工業村") is None


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        (f"{PARKS}/nanzih", {"aliases": "楠梓二園"}, "已屬於"),
        (f"{PARKS}/nanzih", {"district": "信義區"}, "沒有「信義區」"),
        (f"{PARKS}/nanzih", {"full_name": ""}, "請填寫名稱"),
        (f"{AGENCIES}/taipower", {"phone.0": "打給我"}, "請填寫電話號碼"),
    ],
)
def test_what_contradicts_is_named_and_comes_back_as_typed(service, adam, path, typed, said):
    refused = adam.send(adam.get(path), path, **typed)
    assert refused.status == 422
    assert said in refused.text
    name, value = next(iter(typed.items()))
    assert refused.form(path).fields[name] == value
    with service.runtime.reading() as (_, office):
        assert office.offices == load_offices()


def test_a_telephone_of_an_agencys_office_stands_where_it_is_asked(service, adam):
    page = adam.get(f"{AGENCIES}/taipower")
    assert page.outline.broken_rules() == []
    adam.send(page, "/taipower", **{"phone.0": "07-551-9271", "name.2": "台電屏東區營業處", "county.2": "屏東縣"})
    number = service.opened()
    assert "台電高雄區營業處 07-551-9271" in Visitor(service, "alice").get(f"/desk/cases/{number}").text
    with service.runtime.reading() as (_, office):
        assert [one.name for one in office.offices.agency("taipower").offices][-1] == "台電屏東區營業處"


def test_a_park_and_a_unit_are_added_and_a_stale_form_is_refused(service, adam):
    place = {"kind": "industrial", "county": "高雄市", "district": "仁武區", "office": "KH"}
    names = {"code": "renwu-2", "name": "仁武二期", "full_name": "仁武產業園區二期", "en": "Renwu II"}
    form = {**place, **names, "aliases": "仁武二", "version": "0"}
    assert "資料已更新" in adam.ask("POST", f"{PARKS}/new", data=form).text
    assert park_of(service.runtime, "仁武二的圍牆") == "renwu-2"
    assert adam.ask("POST", f"{PARKS}/renwu-2", data=form).status == 412
    unit = {"code": "資訊服務科", "en": "IT Section", "ja": "情報サービス科", "office": "KH", "version": "0"}
    assert "資訊服務科" in adam.ask("POST", f"{UNITS}/new", data=unit).text
    taken = {"en": "Land", "ja": "用地", "office": "KH", "version": "0"}
    assert "沒有單位承辦" in adam.ask("POST", f"{UNITS}/用地工程科", data=taken).text
    assert Visitor(service, "sue").get(PARKS).status == 403
