"""What is said besides an entry: what it does not say, which kind of park is meant, and why a person answers."""

from __future__ import annotations

from dataclasses import replace

from knowledge.entries import Aspect, FaqEntry
from knowledge.language.text import normalise
from knowledge.offices.directory import Park
from knowledge.relevance.aspects import asked
from knowledge.relevance.tariff import MONEY, Sum, number, reckon
from knowledge.relevance.units import converted
from knowledge.vocabulary import OWN_PARK_KINDS, EntryKind, Language
from routing.domain.decision import Decision
from routing.domain.dialogue import menu
from routing.domain.dialogue.placement import asks_to_come
from routing.domain.dialogue.state import State
from routing.domain.dialogue.turn import NoteEnquiry, Result, Turn
from routing.domain.messages import Button, Card, Row, postback


def named(turn: Turn, aspects: tuple[Aspect, ...]) -> str:
    """Aspects as a firm reads them: 罰則、期限."""
    return turn.say("aspect.and").join(turn.say(f"aspect.{aspect.value}") for aspect in aspects)


def missing_line(turn: Turn) -> str:
    """Of several things asked, those that the answer does not say; '' where it says them all."""
    decision = turn.decision
    if decision is not None and decision.missing:
        return turn.say("faq.missing", missing=named(turn, decision.missing))
    unsaid = turn.understanding.unsaid if turn.understanding is not None else ()
    return turn.say("faq.unsaid", words=unsaid[0]) if unsaid else ""


def offered_line(turn: Turn, decision: Decision) -> str:
    """Why entries are only offered: what the first one says and what it does not; '' where it is just not sure."""
    first = decision.choices[0] if decision.choices else None
    if first is None or decision.reason not in {"aspect", "step", "opposite"}:
        return ""
    if decision.reason == "aspect" and asks_to_come(turn.inbound.text):
        # 可以派人來修嗎 asks for somebody, and not whether.
        return ""
    if decision.reason != "aspect":
        return turn.say("choose.step")
    lacked = tuple(aspect for aspect in decision.missing if aspect not in first.says)
    if not lacked:
        return ""
    missing = named(turn, lacked)
    unit = turn.unit_of(first.entry.category.value, first.entry.topic)
    if not first.says:
        return turn.say("choose.lacks", missing=missing, unit=unit)
    return turn.say("choose.says", says=named(turn, first.says), missing=missing, unit=unit)


def not_said_before(turn: Turn, decision: Decision) -> str:
    """That the answer given last does not say what is asked of it now; '' where nothing asked is missing."""
    first = decision.choices[0]
    if not first.lacks:
        return ""
    unit = turn.unit_of(first.entry.category.value, first.entry.topic)
    return turn.say("choose.not_said_before", missing=named(turn, first.lacks), unit=unit)


def question(turn: Turn, entry: FaqEntry) -> Button:
    """A question to pick; that it leads to a person only is said."""
    words = entry.wording(turn.language).question
    label = turn.say("choose.person", question=words) if entry.kind is EntryKind.HAND_OVER else words
    return Button(label=label, data=postback("faq", id=entry.id), shown=words[:100])


def next_step(turn: Turn, entry: FaqEntry) -> Row:
    """What to do now, the last line of an answer: where to apply, the form, the telephone, or a person."""
    category, topic = entry.category.value, entry.topic
    unit, phone = turn.unit_of(category, topic), turn.phone_of(category, topic)
    steps = []
    if turn.service(entry) is not None:
        steps.append(turn.say("next.online"))
    elif entry.where and turn.language == Language.ZH_TW:
        steps.append(turn.say("next.at", where=entry.where))
    else:
        steps.append(turn.say("next.ask", unit=unit))
    if entry.prepare and turn.language == Language.ZH_TW:
        steps.append(turn.say("next.bring", papers="、".join(entry.prepare)))
    steps.append(turn.say("next.phone", unit=unit, phone=phone) if phone else turn.say("next.person"))
    words = turn.say("next.and").join(steps)
    return Row(turn.say("faq.next"), words[:1].upper() + words[1:])


def sums(turn: Turn, entry: FaqEntry) -> tuple[Row, ...]:
    """What the quantity that is asked about comes to by the entry's tariff; nothing where no amount is asked.

    Where the entry was picked from a list, of the words that led there.
    """
    read = turn.understanding
    text = read.text if read is not None else turn.words
    asks = read.asks if read is not None else asked(normalise(text), Language(turn.language).group)
    if not any(ask.aspect is Aspect.HOW_MUCH for ask in asks):
        return ()
    found = []
    for one in reckon(entry, text):
        words = turn.say(
            "faq.sum", item=one.row.item_in(turn.language), quantity=number(one.quantity), unit=_unit(turn, one),
            amount=f"{one.amount:,}",
        )  # fmt: skip
        words += turn.say("faq.sum_of", shown=one.shown) if one.shown else ""
        found.append(words + turn.say("faq.tariff", law=one.row.law, article=one.row.article))
    return (Row(turn.say("faq.reckoned"), "\n".join(found)),) if found else ()


def conversions(turn: Turn, entry: FaqEntry) -> tuple[Row, ...]:
    """The quantity of the question in the unit of the answer, and how it was converted; nothing where they agree."""
    read = turn.understanding
    text = read.text if read is not None else turn.words
    found = [
        turn.say(
            "faq.converted_one",
            value=number(one.value),
            unit=turn.say(f"unit.{one.unit}"),
            result=f"{one.result:,f}",
            into=turn.say(f"unit.{one.into}"),
            one=f"{one.one:,f}",
        )
        for one in converted(text, f"{entry.answer} {entry.details}")
    ]
    return (Row(turn.say("faq.converted"), "\n".join(found)),) if found else ()


def _unit(turn: Turn, one: Sum) -> str:
    return "NT$" if one.unit == MONEY and turn.language == Language.EN else one.unit


def basis_line(entry: FaqEntry) -> str:
    """The sources of an answer, each law named once with all its articles."""
    laws: dict[str, list[str]] = {}
    for basis in entry.basis:
        laws.setdefault(basis.law, []).append(f"{basis.article}{basis.paragraph}" if basis.article else "")
    return "；".join(law + "、".join(dict.fromkeys(filter(None, articles))) for law, articles in laws.items())


def phone_button(turn: Turn, category: str, topic: str | None) -> tuple[Button, ...]:
    """The number of a matter's unit to tap, once the branch has filled it in."""
    phone = turn.phone_of(category, topic)
    return (Button(label=f"☎ {turn.unit_of(category, topic)} {phone}", url=f"tel:{phone}"),) if phone else ()


def ask_kind(turn: Turn, state: State, entries: tuple[FaqEntry, ...]) -> Result:
    """Two kinds of park with rules of their own: which one is it? Asked once, then remembered.

    ``entries``: the one that was asked for, and that of the other kind where there is one.
    """
    first = entries[0]
    by_kind = {entry.parks.value: entry for entry in entries}
    buttons = tuple(
        Button(
            label=turn.say(f"faq.parks.{kind}"), data=postback("kind", kind=kind, faq=by_kind.get(kind, first).id),
            shown=turn.say(f"faq.parks.{kind}"),
        )
        for kind in OWN_PARK_KINDS
    )  # fmt: skip
    title = turn.say("choose.kind")
    card = Card(
        title=title, body=turn.say("choose.kind_body"), buttons=(*buttons, menu.open_case(turn)),
        quick=menu.usual(turn),
    )  # fmt: skip
    effects = (NoteEnquiry(offered=tuple(entry.id for entry in entries)),)
    return Result(state=replace(state, kind_for=first.id), messages=(card,), effects=effects)


def why_a_person(turn: Turn) -> str | None:
    """Why a person answers although something is known; None where nothing is."""
    decision = turn.decision
    if decision is None:
        return None
    if decision.reason == "elsewhere":
        place = turn.understanding.place if turn.understanding is not None else None
        return turn.say("hand_over.elsewhere" if place is not None and place.park else "hand_over.outside")
    if decision.reason in {"other_kind", "other_language"} or decision.reason.startswith("person_"):
        return turn.say(f"hand_over.{decision.reason}")
    return None


def named_here(turn: Turn) -> bool:
    """True where the words that are answered name a place: it comes before what is known of the firm."""
    return turn.understanding is not None and turn.understanding.place is not None


def known_buttons(turn: Turn) -> tuple[Button, ...]:
    """What is known of a matter that a person answers: up to two entries, to read meanwhile."""
    decision = turn.decision
    if decision is None or not decision.reason.startswith("person_"):
        return ()
    return tuple(question(turn, match.entry) for match in decision.choices[:2])


def office_card(turn: Turn, park: Park, *, instead: bool = False) -> Card:
    """The office that runs a park which is not ours: whom to ask. ``instead``: our parks follow, to pick from."""
    office = park.office
    name = office.name(turn.language)
    rows = (("office.phone", office.phone), ("office.address", office.address))
    key = "park.elsewhere" if instead else "park.elsewhere_only"
    call = (Button(label=f"☎ {office.phone}", url=f"tel:{office.phone}"),) if office.phone else ()
    source = (Button(label=turn.say("button.source"), url=office.source),) if office.source else ()
    return Card(
        title=name, body=turn.say(key, park=park.label(turn.language), office=name),
        rows=tuple(Row(turn.say(label), value) for label, value in rows if value), buttons=(*call, *source),
        quick=menu.usual(turn),
    )  # fmt: skip
