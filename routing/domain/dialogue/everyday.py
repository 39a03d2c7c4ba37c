"""Everyday words (knowledge/everyday.py) as the postbacks that they stand for, by where the conversation is."""

from __future__ import annotations

import re

from knowledge.everyday import LONGEST, load_everyday
from knowledge.language.said import ways
from knowledge.language.text import fold
from knowledge.vocabulary import Language
from routing.domain.dialogue import pointing
from routing.domain.dialogue.naming import named_in, pieces
from routing.domain.dialogue.office_hours import asked_hours, names_the_office
from routing.domain.dialogue.placement import (
    asks_for_a_person,
    asks_how_long,
    asks_of_its_case,
    says_it_was_sent,
    wants_to_add,
)
from routing.domain.dialogue.state import FACTS, OPENING, Step
from routing.domain.dialogue.taking_back import drops, drops_not, taken_back
from routing.domain.dialogue.turn import Turn

Data = dict[str, str]

_ASKED = OPENING | {Step.ADDING, Step.REASON, Step.BIND}
_ALWAYS: dict[str, Data] = {
    "my_cases": {"action": "my_cases"},
    "upset": {"action": "upset"},
    "hours": {"action": "hours"},
    "quiet": {"action": "quiet", "on": "yes"},
    "aloud": {"action": "quiet", "on": "no"},
    "privacy": {"action": "privacy"},
    "bind": {"action": "bind"},
    "data_show": {"action": "my_data", "what": "show"},
    "data_export": {"action": "my_data", "what": "export"},
    "data_delete": {"action": "my_data", "what": "delete"},
    "language_zh": {"action": "language", "lang": Language.ZH_TW.value},
    "language_en": {"action": "language", "lang": Language.EN.value},
    "language_ja": {"action": "language", "lang": Language.JA.value},
}
"""What means the same wherever it is said."""
WITH_WORDS = "words"
"""In what the words stand for: they are themselves what the case is about."""

_CALLED: Data = {"action": "open_case", "call": "yes"}
"""Somebody without a case wants to be called: a case is opened, and it is asked when a call suits."""
_DETAILS = {
    "change_firm": Step.FIRM,
    "change_contact": Step.CONTACT,
    "change_phone": Step.PHONE,
    "change_park": Step.PARK,
}

_OF_A_PHOTO = frozenset({None, "progress", "not_solved"})
"""What may be asked of what a photo shows."""
_SAID_OF_A_CASE = {"call_me": "call_me", "progress": "case", "reply_when": "case"}
_NAMES = re.compile(
    r".*?(?:那件|這件|那一件|這一件|那個案子?|那案|的案件|的案子|[A-Z]{2,4}-\d{7}-\d{4}|(?<!\d)\d{4}(?!\d))(?:案件|案子|事情|案|的)?",
    re.IGNORECASE,
)
_THAT_ONE = frozenset({"那件", "這件", "那一件", "這一件", "那個案", "那個案子", "那案"})
"""Of several cases it names none, of one it can mean nothing else."""
_CLAUSES = re.compile(r"[\s,，。;；!！]+")
_MARKS = " ,，。;；:：的"
_CLAUSES_OF_LANGUAGE = re.compile(r"[,，、。;；!！?？]+|\.(?=\s)|(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_WHY_A_LANGUAGE = ways("placing", "why_a_language")


def meant(turn: Turn) -> Data | None:
    """The postback that the whole text stands for as an everyday word; None if it is words of the firm's own."""
    intent = load_everyday().intent(turn.inbound.text)
    of_photo = turn.state.step is Step.IDLE and intent in _OF_A_PHOTO and pointing.at_a_file(turn)
    if intent is None or of_photo:
        # 這要找誰處理 under a photo is asked of what it shows.
        return None if of_photo else _in_own_words(turn)
    if intent in _ALWAYS:
        return _ALWAYS[intent]
    if intent in _DETAILS:
        return _detail(turn, _DETAILS[intent])
    if intent in {"cancel", "never_mind", "menu"} and turn.state.step in _ASKED:
        return {"action": "cancel"}
    if intent in {"cancel", "never_mind"} and turn.state.step is Step.QUESTIONS:
        return {"action": "question", "number": turn.state.number or "", "what": "stop"}
    # After an emergency the case is open already, and it is meant.
    opening = turn.state.step in OPENING and not turn.state.filling
    return _asked_of_us(turn, intent) if opening else _about_cases(turn, intent)


def _in_own_words(turn: Turn) -> Data | None:
    """What is no everyday word as a whole, and stands for one all the same."""
    hours = {"action": "hours"} if _asks_hours(turn) else None
    language = _language_asked(turn.inbound.text)
    of_cases = language or _of_named(turn) or _taken_back(turn) or hours or _asks_of_its_case(turn)
    return of_cases or _adds(turn) or _beside(turn)


def _language_asked(text: str) -> Data | None:
    """A language is asked for in one clause, the others only say why: my Chinese is poor, english please."""
    clauses = [clause for clause in _CLAUSES_OF_LANGUAGE.split(text) if clause.strip()]
    if len(text) > 2 * LONGEST or len(clauses) < 2:
        return None
    asked = [(clause, load_everyday().intent(clause)) for clause in clauses]
    found = {intent for _, intent in asked if intent is not None and intent.startswith("language_")}
    why = all(intent in found or _WHY_A_LANGUAGE.search(fold(clause)) for clause, intent in asked)
    return _ALWAYS[found.pop()] if len(found) == 1 and why else None


def _asks_hours(turn: Turn) -> bool:
    """When we are there; while an officer may be asked it only where the office itself is named."""
    text = turn.inbound.text
    waited_for = any(case.person or case.waits_on_firm for case in turn.cases if not case.closed)
    return asked_hours(text) and (not waited_for or names_the_office(text)) and turn.quoted is None


def _of_named(turn: Turn) -> Data | None:
    """A case is named and an everyday word said of it: 電梯那件進度？ 路燈那件我要撤回，已經好了."""
    text = turn.inbound.text
    if len(text) > LONGEST or not (found := _NAMES.match(text)):
        return None
    named = named_in(text, turn.cases)
    numbers = named.numbers if named.plain else ()
    if not numbers and found[0].strip(_MARKS) in _THAT_ONE:
        numbers = tuple(case.number for case in turn.cases if not case.closed)
    if len(numbers) != 1:
        return None
    rest = text[found.end() :].strip(_MARKS)
    intents = {load_everyday().intent(part) for part in (rest, *_CLAUSES.split(rest))}
    action = next((action for intent, action in _SAID_OF_A_CASE.items() if intent in intents), None)
    if action is None and asks_of_its_case(rest):
        action = "case"
    if action is None and wants_to_add(rest):
        action = "add_to_case"
    return {"action": action, "number": numbers[0]} if action else None


def _taken_back(turn: Turn) -> Data | None:
    """A case is taken back in words of the firm's own: it is asked once more, or which of several it is."""
    if turn.quoted is not None:
        return None
    if drops_not(turn.inbound.text) and (turn.state.step in OPENING or turn.state.dropped):
        return {"action": "open_case"} if turn.state.step in OPENING else {"action": "take_up"}
    if turn.state.step in OPENING:
        return {"action": "cancel"} if not turn.state.filling and drops(turn.inbound.text) else None
    numbers = taken_back(turn.inbound.text, [case for case in turn.cases if not case.closed and case.own])
    return _one_or_which("withdraw", list(numbers))


def _asks_of_its_case(turn: Turn) -> Data | None:
    """Whether it arrived, who has it, what comes next: told from the case, or that nothing was sent yet."""
    told = bool(turn.cases or turn.state.pending) or says_it_was_sent(turn.inbound.text)
    if turn.quoted is not None or turn.state.alert or not told or len(turn.inbound.text) > LONGEST:
        return None
    if turn.state.step in _ASKED - OPENING:
        return None
    if not asks_of_its_case(turn.inbound.text) and not _how_long(turn):
        return None
    return _seen_progress(turn)


def _how_long(turn: Turn) -> bool:
    """How long will it take, right after the receipt: nothing else was spoken of since."""
    state, still_open = turn.state, any(not case.closed for case in turn.cases)
    nothing_else = state.step is Step.IDLE and state.last_entry is None and not state.pending and not state.offered
    return still_open and nothing_else and asks_how_long(turn.inbound.text)


def _adds(turn: Turn) -> Data | None:
    """我要補資料: to the only case that is open; what an officer waits for goes to the officer as it comes."""
    still_open = [case.number for case in turn.cases if not case.closed]
    if len(still_open) != 1 or turn.officer_expects or turn.quoted is not None or turn.state.step in OPENING:
        return None
    return {"action": "add_to_case", "number": still_open[0]} if wants_to_add(turn.inbound.text) else None


def _seen_progress(turn: Turn) -> Data:
    """The state of its case; where it is one, its officer sees that it was asked."""
    still_open = [case.number for case in turn.cases if not case.closed]
    return {"action": "progress", **({"number": still_open[0]} if len(still_open) == 1 else {})}


def _beside(turn: Turn) -> Data | None:
    """A matter is told and somebody asked for beside it (路燈不亮 直接打給我): it is the beginning of a case."""
    first, *parts = [part for part in _CLAUSES.split(turn.inbound.text) if part] or [""]
    still_open = any(not case.closed for case in turn.cases)
    if not parts or still_open or turn.state.step in OPENING:
        return None
    ends = {load_everyday().intent(parts[-1])}
    if pieces(rest := " ".join(parts)) and not asks_for_a_person(rest):
        ends.add(load_everyday().intent(first))
    if "call_me" in ends:
        return {**_CALLED, WITH_WORDS: "yes"}
    return {"action": "open_case", WITH_WORDS: "yes"} if "person" in ends else None


def _detail(turn: Turn, step: Step) -> Data | None:
    known = {
        Step.FIRM: turn.state.firm_name, Step.CONTACT: turn.state.contact_name, Step.PHONE: turn.state.phone,
        Step.PARK: turn.state.park,
    }  # fmt: skip
    asked = turn.state.step is Step.SUMMARY or (turn.state.step in FACTS and known[step])
    return {"action": "change_detail", "what": step.value} if asked else None


def _asked_of_us(turn: Turn, intent: str) -> Data | None:
    """In the middle of opening a case: a person is on the way already, and taking it back is to cancel."""
    if intent == "progress" or (intent == "reply_when" and turn.cases):
        return {"action": "progress"}
    if intent == "call_me":
        return dict(_CALLED)
    if intent in {"person", "go_on"}:
        return {"action": "open_case"}
    return {"action": "cancel"} if intent == "withdraw" else None


def _about_cases(turn: Turn, intent: str) -> Data | None:
    found = {
        "go_on": {"action": "take_up"} if turn.state.dropped else None,
        "person": {"action": "person"},
        "progress": _seen_progress(turn),
        # Without a case it is asked how long answers take here.
        "reply_when": {"action": "progress"} if turn.cases else None,
        "menu": {"action": "menu"},
        # Whoever says that he will ask is asked for it; where an officer waits for him it is for the officer.
        "may_i_ask": None if turn.officer_expects else {"action": "menu"},
    }
    return found[intent] if intent in found else _of_a_case(turn, intent)


def _of_a_case(turn: Turn, intent: str) -> Data | None:
    still_open = [case.number for case in turn.cases if not case.closed]
    menu: Data = {"action": "menu"}
    if intent == "not_solved":
        return _not_solved(turn)
    if intent == "share":
        own = [case.number for case in turn.cases if case.own and not case.closed]
        return (
            {"action": "share", "number": own[0]} if len(own) == 1 else {"action": "my_cases" if own else "colleagues"}
        )
    if intent in {"withdraw", "cancel"}:
        # Nothing was asked, so it can only be a case that is to be cancelled; that is asked once more.
        return _one_or_which("withdraw", still_open) or (menu if intent == "cancel" else None)
    if intent == "call_me":
        # A closed case is offered to be reopened; without any the way to a person is a case.
        named = still_open or [case.number for case in turn.cases[:1]]
        return _one_or_which("call_me", named) or dict(_CALLED)
    # 不用了 may be what an officer is told.
    return menu if intent == "never_mind" and not still_open else None


def _not_solved(turn: Turn) -> Data | None:
    """A closed case is opened again; what was said of an answer of ours is a verdict; else it is for the officer."""
    if turn.state.last_entry and not any(case.closed for case in turn.cases):
        return {"action": "not_helpful", "faq": turn.state.last_entry}
    return {"action": "reopen"} if any(case.closed for case in turn.cases) else None


def _one_or_which(action: str, numbers: list[str]) -> Data | None:
    if not numbers:
        return None
    return {"action": action, "number": numbers[0]} if len(numbers) == 1 else {"action": "which", "for": action}
