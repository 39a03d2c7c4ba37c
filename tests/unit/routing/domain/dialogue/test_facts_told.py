"""A firm's number and a telephone number in one text, in whatever order they stand."""

import pytest

from routing.domain.dialogue.answers import phone_in
from routing.domain.dialogue.facts_told import facts_in, presents
from routing.domain.tax_number import valid_ubn

UBN = "04595257"


@pytest.mark.parametrize(
    "text",
    [f"晴川精密（統編：{UBN}）", f"晴川精密 {UBN}", f"晴川精密({UBN})", f"{UBN} 晴川精密", f"晴川精密，統一編號{UBN}"],
)
def test_a_number_that_begins_with_zero_is_the_firms_and_no_telephones(text):
    assert valid_ubn(UBN)
    told = facts_in(text, lambda _: None, of_firm=True)
    assert (told.firm, told.ubn, told.phone) == ("晴川精密", UBN, None)


@pytest.mark.parametrize(
    "phone", ["07-3611212", "(07)3611212", "(02)22099131", "02 22099131", "02-22099131", "0912345678"]
)
def test_a_telephone_number_stays_one_beside_a_firms_number(phone):
    assert phone_in(f"晴川精密 {phone}") == ("晴川精密", phone)
    rest, found = phone_in(f"晴川精密 {UBN}，{phone}")
    assert found == phone
    assert UBN in rest


@pytest.mark.parametrize("name", ["Ming Yang Precision", "Ching Fong Optics", "Boeing Taiwan", "Acme Taiwan"])
def test_we_are_with_a_name_that_ends_like_a_verb_still_presents_a_firm(name):
    """Before: whatever ended in -ing was what the firm is doing."""
    assert presents(f"We are {name}")


@pytest.mark.parametrize(
    "doing", ["looking for land", "planning a factory", "having no water", "not sure", "using CNC"]
)
def test_what_a_firm_is_doing_is_nobodys_name(doing):
    assert not presents(f"We are {doing}")
