"""How an answer to one of our questions about the firm is read: what it is asked for, or what else it plainly tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.dialogue import facts_told
from routing.domain.dialogue.answers import fits, phone_in
from routing.domain.dialogue.facts_told import HALF_WIDTH, Told, facts_in
from routing.domain.dialogue.state import CALL_WISHED, State, Step
from routing.domain.dialogue.times import ANY, suits
from routing.domain.dialogue.turn import Turn
from routing.domain.tax_number import valid_ubn

_PHONE = re.compile(r"[\d\s+()\-#*轉分機ext.]{6,40}", re.IGNORECASE)
_ANEW = {
    Step.PHONE: ways("facts", "anew_phone"), Step.CONTACT: ways("facts", "anew_contact"),
    Step.FIRM: ways("facts", "anew_firm"), Step.PARK: ways("facts", "anew_park"),
}  # fmt: skip
_NAMES_PHONE = ways("facts", "names_phone")
_BEFORE_ANEW, _NAMED_WITHIN = ways("facts", "before_anew"), ways("facts", "named_within")
_UBN_DIGITS = 8
_SHORT = 20
UBN_AGAIN = "ubn"
"""As what was asked last: a 統一編號 once more, since the one that was told is none."""
_DIGITS_AGAIN = re.compile(r"(\d[\d -]{5,10}\d)")
_WITH_UBN = re.compile(r"[（(]?\s*(?:統一編號|統編)?(?:是|為)?\s*[:：]?\s*\d{8}\s*[)）]?")
_LABEL = re.compile(r"^(?:統一編號|統編)(?:是|為)?\s*[:：]?\s*(?=[\d０-９])")


def read(turn: Turn, text: str) -> State | str:
    """The state with what was told, or the key of what is said to words that cannot be used.

    Whatever it plainly tells is taken, also what was not asked: a company where a person was asked for, the hour for a
    call where the company was.
    """
    state = turn.state
    if anew := changed(turn, text):
        return anew
    if state.call and (when := suits(text)):
        return replace(state, call=when)
    text = _LABEL.sub("", text) if state.step is Step.FIRM else text
    told = Told()
    if not _is_number(state, text):
        told = facts_in(text, turn.find_park, of_firm=state.step is Step.FIRM)
        if not told and (number := _ubn_in(state, text)):
            told, text = Told(ubn=number), number
    if not state.firm_found and told and (told.count > 1 or not _is_of(told, state.step)):
        return taken(state, told)
    return _READ[state.step](turn, text)


def changed(turn: Turn, text: str) -> State | None:
    """The state with a detail that is told anew in so many words: 電話換0922333555, 聯絡人改成陳小姐."""
    text = text.strip()
    before = _BEFORE_ANEW.match(fold(text))
    text = text[before.end() :] if before else text
    for step, pattern in _ANEW.items():
        found = pattern.match(fold(text))
        value = text[found.end() :].strip(" ，,。.:：") if found else ""
        if not value or not fits(step, value) or facts_told.is_sentence(value):
            continue
        read_anew = _READ[step](replace(turn, state=replace(turn.state, step=step)), value)
        if isinstance(read_anew, State):
            return replace(read_anew, step=turn.state.step)
    return None


def tells(turn: Turn, text: str) -> bool:
    """Whether words tell something of the firm or when to call, whatever was asked."""
    if changed(turn, text):
        return True
    return bool(facts_in(text, turn.find_park)) or bool(turn.state.call and suits(text))


def taken(state: State, told: Told) -> State:
    """The state with all that was told of the firm."""
    person = told.person
    if told.firm and not person and state.firm_name and facts_told.may_be_person(state.firm_name):
        # The person was told where the company was asked for, and now the company where the person was.
        person = state.firm_name
    park = told.park.name if told.park is not None and told.park.own else None
    ubn = told.ubn or (None if told.firm else state.ubn)
    # Whoever is asked when a call suits and tells something else leaves the hour to us.
    call = ANY if state.step is Step.WHEN and state.call == CALL_WISHED else state.call
    return replace(
        state, call=call, firm_name=(told.firm or told.ubn or state.firm_name or "")[:80] or None, ubn=ubn,
        contact_name=(person or state.contact_name or "")[:40] or None,
        phone=(told.phone or state.phone or "")[:40] or None, park=park or state.park,
    )  # fmt: skip


def filled(turn: Turn) -> State | None:
    """The state with what was just told of a firm of which that was not known; None where words tell nothing new.

    After an emergency nothing of the firm is asked before the case is open, but who tells it is heard.
    """
    text = turn.inbound.text
    state, told = turn.state, facts_told.facts_in(text, turn.find_park)
    if not told and _NAMES_PHONE.search(fold(text)) and len(text) <= 2 * _SHORT:
        # 分機我忘了，手機 0933-221-100 tells a number, whatever else it says.
        told = Told(phone=phone_in(text.translate(HALF_WIDTH))[1])
    news = (
        (state.firm_name, told.firm or told.ubn), (state.contact_name, told.person), (state.phone, told.phone),
        (state.park, told.park),
    )  # fmt: skip
    return taken(state, told) if any(new and not known for known, new in news) else None


def introducing(turn: Turn, state: State) -> State:
    """The state with who the firm is, where that is told beside a matter by somebody not known yet."""
    if turn.known.firm_name or state.firm_name or state.contact_name:
        return state
    told = facts_told.introduced(turn.inbound.text)
    park = turn.find_park(turn.inbound.text) if told else None
    return taken(state, replace(told, park=told.park or park)) if told else state


def _ubn_in(state: State, text: str) -> str | None:
    """A 統一編號 in a sentence (我記錯了 12345675), also where a person was asked for."""
    found = re.search(r"(?<!\d)\d{8}(?!\d)", text.translate(HALF_WIDTH))
    asked = state.step is Step.CONTACT or (state.step is Step.FIRM and facts_told.is_sentence(text))
    return found[0] if asked and found is not None and valid_ubn(found[0]) and len(text) <= _SHORT else None


def _is_number(state: State, text: str) -> bool:
    """Digits where the company was asked for are its number, right or wrong, unless they are a mobile telephone's."""
    digits = re.sub(r"[\s-]", "", text.translate(HALF_WIDTH))
    return state.step is Step.FIRM and digits.isdigit() and not re.fullmatch(r"09\d{8}", digits)


def _is_of(told: Told, step: Step) -> bool:
    """Whether that is what was asked for, which its own reader takes."""
    return {
        Step.FIRM: bool(told.firm or told.ubn), Step.CONTACT: bool(told.person), Step.PHONE: bool(told.phone),
        Step.PARK: bool(told.park),
    }.get(step, False)  # fmt: skip


def _when(turn: Turn, _text: str) -> State | str:
    """An hour that is no half of a day to us (等我開完會): the officer reads it in the case."""
    return replace(turn.state, call=ANY)


def _firm(turn: Turn, text: str) -> State | str:
    text = text.translate(HALF_WIDTH)
    # The number is taken out first: with it gone, what stood around it is no part of the name.
    found = re.search(r"(?<!\d)\d{8}(?!\d)", text)
    ubn = found.group() if found and valid_ubn(found.group()) else None
    name = facts_told.bare(_within(_WITH_UBN.sub("", text).strip() if ubn else text))
    digits = re.sub(r"[\s-]", "", facts_told.bare(text))
    if re.fullmatch(r"\d+", digits):
        return _number(turn, digits)
    if turn.state.firm_found:
        # The number was another firm's: its own name stands instead, and staff settle the number.
        return replace(turn.state, firm_name=name[:80], firm_found=None, firm_registered=None)
    return replace(turn.state, firm_name=(name or ubn or text)[:80], ubn=ubn)


def _within(text: str) -> str:
    """The name behind what else is said of it: 不是啦 打錯了 我公司叫協禾塑膠."""
    found = _NAMED_WITHIN.search(fold(text))
    return text[found.end() :].strip() or text if found else text


def _number(turn: Turn, digits: str) -> State | str:
    """Digits for a firm: eight of them that add up; a known firm's name is shown, masked, to be confirmed."""
    if len(digits) != _UBN_DIGITS:
        return "opening.firm_ubn_length"
    if not valid_ubn(digits):
        return "opening.firm_bad_ubn"
    found = turn.firm_by_ubn(digits)
    if found:
        return replace(turn.state, ubn=digits, firm_found=found, firm_registered=None)
    entry = turn.registered(digits)
    if entry is not None and entry.found:
        return replace(turn.state, ubn=digits, firm_found=entry.name, firm_registered=entry.name)
    return replace(turn.state, ubn=digits, firm_name=digits)


_NAMED_NUMBER = re.compile(
    r"\s*(?:我們?的?|公司的?|本公司)?(?:統一編號|統編|tax id|vat number|ubn)\s*(?:是|為|is|[:：#])?\s*"
    r"(\d[\d\s-]*)[。.\s]*",
    re.IGNORECASE,
)


def wrong_number(turn: Turn) -> str | None:
    """What is wrong with the 統一編號 that is all that was said; None where nothing is, or more was said.

    After one that was wrong the digits alone are another try.
    """
    text = turn.inbound.text.translate(HALF_WIDTH).strip()
    again = _DIGITS_AGAIN.fullmatch(text) if turn.asked[:1] == (UBN_AGAIN,) else None
    found = again or _NAMED_NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = re.sub(r"\D", "", found[1])
    read = _number(turn, digits)
    return turn.say(read, n=len(digits)) if isinstance(read, str) else None


def _contact(turn: Turn, text: str) -> State | str:
    """A name; a telephone number beside it (林小姐 0912-345678) is not asked for once more."""
    name, phone = phone_in(text.translate(HALF_WIDTH))
    if not phone and not any(character.isalpha() for character in name):
        # Digits are nobody's name.
        return "opening.contact"
    if not name:
        # A number alone: it is kept, and the name is still to be told.
        return replace(turn.state, phone=phone[:40]) if phone else replace(turn.state, contact_name=text[:40])
    state = replace(turn.state, contact_name=facts_told.bare(name)[:40])
    return replace(state, phone=phone[:40]) if phone else state


def _phone(turn: Turn, text: str) -> State | str:
    text = text.translate(HALF_WIDTH)
    if not _PHONE.fullmatch(text):
        text = phone_in(text)[1] or text
    if not _PHONE.fullmatch(text) or sum(character.isdigit() for character in text) < 6:
        return "opening.phone_again"
    return replace(turn.state, phone=text[:40])


def _park(turn: Turn, text: str) -> State | str:
    park = turn.find_park(text)
    return replace(turn.state, park=park.name) if park else "opening.park_again"


_READ: dict[Step, Callable[[Turn, str], State | str]] = {
    Step.WHEN: _when, Step.FIRM: _firm, Step.CONTACT: _contact, Step.PHONE: _phone, Step.PARK: _park,
}  # fmt: skip
