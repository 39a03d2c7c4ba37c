"""What the commercial register says, in every disguise of its answers."""

from __future__ import annotations

import json
from datetime import date

import pytest

from routing.domain.errors import FeedError
from routing.domain.feeds.registry import addresses, read_registry
from routing.domain.tax_number import numbers_in

UBN = "04595257"
ROW = {
    "Business_Accounting_NO": UBN, "Company_Name": "晴川精密股份有限公司", "Company_Status_Desc": "核准設立",
    "Company_Location": "高雄市楠梓區加昌路600號", "Register_Organization_Desc": "經濟部產業園區管理局",
    "Company_Setup_Date": "0760221",
}  # fmt: skip


def said(*rows, **changes):
    return json.dumps([{**ROW, **changes}, *rows]).encode("utf-8-sig")


def test_a_company_is_read_with_its_state_and_the_day_in_years_of_the_republic():
    one = read_registry(UBN, [said()])
    assert (one.found, one.name, one.state, one.ended) == (True, "晴川精密股份有限公司", "核准設立", False)
    assert (one.organisation, one.since) == ("經濟部產業園區管理局", date(1987, 2, 21))


@pytest.mark.parametrize("state", ["解散", "停業", "廢止", "歇業／撤銷", "合併解散"])
def test_a_state_that_officers_are_told_of(state):
    assert read_registry(UBN, [said(Company_Status_Desc=state)]).ended


def test_traps_of_a_good_answer_leading_zeros_other_numbers_nulls_and_businesses():
    assert read_registry(UBN, [said(Business_Accounting_NO=4595257)]).found
    assert not read_registry(UBN, [said(Business_Accounting_NO="12345675")]).found
    bare = read_registry(UBN, [said(Company_Setup_Date="1150231", Company_Location=None)])
    assert (bare.since, bare.address) == (None, "")
    business = [{"President_No": UBN, "Business_Name": "晴川商行", "Business_Current_Status_Desc": "歇業"}]
    found = read_registry(UBN, [b"", json.dumps(business).encode()])
    assert (found.name, found.ended) == ("晴川商行", True)


@pytest.mark.parametrize("bodies", [[b""], [b" \n"], [b"[]"], [b"", b"[]"]])
def test_an_empty_answer_means_that_there_is_nothing_under_the_number(bodies):
    assert not read_registry(UBN, bodies).found


@pytest.mark.parametrize(
    "body",
    [
        "查無資料",
        "<html>系統維護中</html>",
        '{"Message": "Bad request"}',
        '"x"',
        "[1]",
        '[{"Other": "x"}]',
        "[{",
        "[" * 100_000,
    ],
)  # fmt: skip
def test_an_error_in_words_with_status_200_is_no_answer(body):
    with pytest.raises(FeedError):
        read_registry(UBN, [body.encode()])


def test_the_address_is_filled_in_or_given_the_usual_filter():
    assert addresses("https://a.example/{ubn}.json", UBN) == [f"https://a.example/{UBN}.json"]
    usual = addresses("https://a.example/x?key=1 https://b.example/y", UBN)
    assert usual[0].startswith("https://a.example/x?key=1&$format=json&$filter=Business_Accounting_NO eq 04595257")
    assert usual[1].startswith("https://b.example/y?$format=json")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("04595257", [UBN]),
        ("統編０４５９５２５７", [UBN]),
        ("0459-5257", [UBN]),
        ("04595258", []),
        ("0912345678", []),
        ("", []),
    ],
)
def test_numbers_that_may_be_asked_about(text, numbers):
    assert numbers_in(text) == numbers
