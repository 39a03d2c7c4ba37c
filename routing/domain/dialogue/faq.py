"""A firm says something while nothing was asked of it: answer, offer choices, hand over, or chat."""

from __future__ import annotations

from dataclasses import replace

from knowledge.distress import in_distress
from knowledge.entries import FaqEntry
from knowledge.language.said import ways
from knowledge.language.text import fold
from knowledge.understand import Understanding
from knowledge.vocabulary import CASE_CATEGORIES, OWN_PARK_KINDS, EntryKind, Language, ParkKind
from routing.domain.decision import SURE_CATEGORY, Action, Decision
from routing.domain.dialogue import (
    alarms,
    facts,
    facts_read,
    follow_up,
    matters,
    menu,
    pending,
    placed,
    pointing,
    unread,
)
from routing.domain.dialogue.placement import asks_to_come
from routing.domain.dialogue.state import OPENING, State
from routing.domain.dialogue.turn import Effect, JudgeAnswer, LearnKind, NoteEnquiry, Result, Turn
from routing.domain.messages import Button, Card, Row, Text, postback

_JOINS = ways("placing", "joins")
_AGREED = ways("placing", "agreed")
_MAYBE = 0.15
"""Probability of a field from which words beside small talk may be of it."""
_LIKELY_LEAD = 0.4
"""Probability of what is offered first from which it tells the field better than unsure words do;"""
_AS_LIKELY_AS_NOT = 0.5
"""of words that are less sure than this, `_MAYBE` is enough."""


def _afresh(turn: Turn) -> Turn:
    """After an answer, other words begin another matter: what went before is not the next case's beginning."""
    read = turn.understanding
    goes_on = read is not None and turn.asks and not read.terms and pending.goes_on(turn)
    follows = read is not None and (read.follow_up or goes_on or _joined(turn))
    if turn.state.last_entry is None or follows:
        return turn
    entry = turn.entry(turn.state.last_entry)
    if entry is not None and entry.kind is EntryKind.HAND_OVER:
        # Nothing was answered: a person will, and has to read all of it.
        return turn
    return replace(turn, state=State(last_enquiry=turn.state.last_enquiry))


def asked(turn: Turn) -> Result:
    """Words, while nothing was asked."""
    understanding, decision = turn.understanding, turn.decision
    if understanding is None or decision is None:
        return menu.to_menu(turn)
    if in_distress(turn.inbound.text):
        return _distress(turn)
    if understanding.alert is not None:
        return _alert(turn, understanding.alert.value)
    followed = _beside_the_base(turn, understanding, decision)
    if followed is not None:
        return followed
    return _chat(turn) if decision.action is Action.CHAT else _decided(_afresh(turn))


def _beside_the_base(turn: Turn, understanding: Understanding, decision: Decision) -> Result | None:
    """What no entry answers: a language not read here, what only points at a photo or tells of it, a follow-up."""
    if pointing.at_a_file(turn):
        return pointing.to_be_told(turn)
    followed = unread.told(turn) or follow_up.handle(turn, understanding, decision)
    if followed is None and pointing.tells_of_file(turn):
        return pointing.told(turn, _noted(turn))
    return followed


def _chat(turn: Turn) -> Result:
    """A hello, thanks or the like. Who has just told of despair is not thanked for a pleasant talk."""
    if turn.state.alert == alarms.DISTRESS:
        quick = (menu.open_case(turn), *menu.usual(turn)[1:])
        return Result(state=turn.state, messages=(Text(turn.say("distress.thanks"), quick=quick),))
    kind = turn.understanding.smalltalk if turn.understanding is not None else None
    if _AGREED.search(fold(turn.inbound.text.strip())):
        kind = "ok"
    reply = turn.small_reply(kind or "greeting") or turn.say("greeting.body")
    message = Text(reply, quick=menu.usual(turn))
    return Result(state=turn.state, messages=(message,), effects=(NoteEnquiry(),))


def begun(turn: Turn) -> Turn:
    """The turn with its words kept as the beginning of a case, and what they are about."""
    turn = _afresh(turn)
    return replace(turn, state=facts_read.introducing(turn, _noted(turn)))


def _noted(turn: Turn) -> State:
    """The state with these words kept and what they are about."""
    understanding = turn.understanding
    category = understanding.category.value if understanding else "other"
    topic = understanding.topic if understanding else None
    leans = (
        category in {"other", "smalltalk"} or not turn.asks or (understanding is not None and understanding.follow_up)
    )
    # What leans on the words before it and names nothing leads nowhere: the next question leans on those as well.
    names = understanding is not None and bool(understanding.terms)
    if _joined(turn):
        # 那廠商要跟你們簽約嗎 may have a field of its own, and goes on with what was said before it all the same.
        return replace(pending.remember(turn, leads=names and turn.asks), offered=())
    if leans and pending.goes_on(turn):
        # 請問要多久 and 約300坪 name no matter: they are about what was said just before, and that stays its name.
        return replace(pending.remember(turn, leads=names and turn.asks), offered=())
    own = pending.own_matter(turn)
    choices = turn.decision.choices if turn.decision is not None else ()
    unsure = understanding is None or understanding.confidence < SURE_CATEGORY
    fields = {choice.entry.category.value for choice in choices}
    least = _MAYBE if understanding is None or understanding.confidence < _AS_LIKELY_AS_NOT else _LIKELY_LEAD
    if unsure and choices and category not in fields and choices[0].probability >= least:
        category, topic = choices[0].entry.category.value, choices[0].entry.topic
    if category == "smalltalk":
        category, topic = _beside_small_talk(understanding), None
    elif understanding is not None and understanding.confidence >= SURE_CATEGORY:
        turn = pending.other_matter(turn, category, topic)
    elif own is not None:
        turn = pending.other_matter(turn, *own)
    leads = understanding is None or not understanding.follow_up or names
    if not names and topic in {None, "general", "window"} and turn.state.pending and turn.state.category == category:
        # 對 幫我報 names no topic: that of what was told before stays.
        topic = turn.state.topic or topic
    return replace(
        pending.remember(turn, leads=leads),
        category=category,
        topic=topic,
        alert=_still_alarmed(turn),
        last_category=category,
        offered=(),
    )


def _joined(turn: Turn) -> bool:
    """Whether words join themselves to what was said just before (那…, and …), and that is known by its matter."""
    state = turn.state
    begun = pending.has_begun(state, turn.inbound.at)
    names = turn.understanding is not None and bool(turn.understanding.terms)
    # 可以派人來查嗎 names no matter either; 那個路燈旁邊的監視器也壞了 is told of another.
    somebody = asks_to_come(turn.inbound.text) and not names
    joins = bool(_JOINS.search(fold(turn.inbound.text.strip()))) and (turn.asks or not names)
    return begun and (somebody or joins)


def _beside_small_talk(understanding: Understanding | None) -> str:
    """The field that words may be of, which look like small talk more than like anything else."""
    ranked = understanding.categories if understanding is not None else ()
    found = next((one for one in ranked if one.category.value != "smalltalk"), None)
    return found.category.value if found is not None and found.probability >= _MAYBE else "other"


def _still_alarmed(turn: Turn) -> str | None:
    """The kind of emergency that is told in the words before these, where they belong to one case."""
    state = turn.state
    return state.alert if state.pending and not pending.long_since(state, turn.inbound.at) else None


def _decided(turn: Turn) -> Result:
    state = facts_read.introducing(turn, _noted(turn))
    if turn.decision is not None and turn.decision.parts:
        result = matters.answered(turn, state, turn.decision.parts, _by_decision)
    else:
        result = _by_decision(turn, state)
    park = turn.find_park(turn.inbound.text)
    if park is None or park.own:
        return result
    return replace(result, messages=(facts.office_card(turn, park), *result.messages))


def _by_decision(turn: Turn, state: State) -> Result:
    decision = turn.decision
    if decision is not None and decision.action is Action.ANSWER and decision.match is not None:
        return answer(turn, decision.match.entry, state=state)
    if decision is not None and decision.reason == "which_kind":
        return facts.ask_kind(turn, state, tuple(match.entry for match in decision.choices))
    if decision is not None and decision.action is Action.CHOOSE:
        return offered(turn, state)
    return _hand_over(turn, state, decision.match.entry if decision and decision.match else None)


def _alert(turn: Turn, alert: str) -> Result:
    """An emergency; its words are kept as the beginning of a case."""
    understanding = turn.understanding
    category = understanding.category.value if understanding else "other"
    turn = pending.of_alarm(turn)
    state = replace(
        pending.remember(turn), alert=alert, alarmed_at=turn.inbound.at.isoformat(),
        category=matters.category_of_case(category),
        topic=turn.alert_topic(alert) or (understanding.topic if understanding else None),
    )  # fmt: skip
    return alarms.met(turn, alert, state)


def _distress(turn: Turn) -> Result:
    """Words of somebody who thinks of ending it: no topic, and no question before a person has them."""
    state = replace(pending.remember(turn), alert=alarms.DISTRESS, category="other", topic="general")
    return alarms.distress(turn, state)


def _park_row(turn: Turn, entry: FaqEntry) -> tuple[Row, ...]:
    if entry.parks is ParkKind.ANY:
        return ()
    return (Row(turn.say("faq.parks"), turn.say(f"faq.parks.{entry.parks.value}")),)


def _rows(turn: Turn, entry: FaqEntry) -> tuple[Row, ...]:
    rows = [*_park_row(turn, entry), *facts.sums(turn, entry), *facts.conversions(turn, entry)]
    if entry.basis:
        rows.append(Row(turn.say("faq.basis"), facts.basis_line(entry)))
    rows.append(Row(turn.say("faq.verified"), f"{entry.verified:%Y/%m/%d}"))
    rows.append(Row(turn.say("case.unit"), turn.unit_of(entry.category.value, entry.topic)))
    if entry.duration and turn.language == Language.ZH_TW:
        rows.append(Row(turn.say("faq.duration"), entry.duration))
    service = turn.service(entry)
    if service is not None and turn.language == Language.ZH_TW:
        known = (service.item, service.certificate, service.duration)
        rows.append(Row(turn.say("service.online"), "；".join(fact for fact in known if fact)))
    return (*rows, facts.next_step(turn, entry))


def _service_buttons(turn: Turn, entry: FaqEntry) -> tuple[Button, ...]:
    """Where the matter is applied for online, and a case for whoever is stuck there."""
    service = turn.service(entry)
    if service is None:
        return ()
    apply = Button(label=turn.say("button.apply_online"), url=service.address, primary=True)
    stuck = turn.say("button.stuck")
    values = {"from": "service", "id": service.id, "faq": entry.id}
    return (apply, Button(label=stuck, data=postback("open_case", **values), shown=stuck))


def answer_card(turn: Turn, entry: FaqEntry, *, maybe: bool = False) -> Card:
    """An answer with its source and date, marked as automatic, ending with the next step.

    ``maybe``: it is the only one likely, and the firm is asked whether it meant this.
    """
    wording = entry.wording(turn.language)
    buttons = [
        *_service_buttons(turn, entry),
        menu.button(turn, "button.helpful", "helpful", faq=entry.id, primary=True),
        *facts.phone_button(turn, entry.category.value, entry.topic),
    ]
    if maybe:
        buttons.append(menu.button(turn, "button.not_this", "open_case"))
    else:
        buttons += [menu.button(turn, "button.not_helpful", "not_helpful", faq=entry.id), menu.open_case(turn)]
    source = next((basis.url for basis in entry.basis if basis.url), None)
    if source:
        buttons.append(Button(label=turn.say("button.source"), url=source))
    also = turn.decision.also if turn.decision is not None else None
    if also is not None and also.entry.id != entry.id:
        buttons.append(facts.question(turn, also.entry))
    buttons += placed.add_buttons(turn)
    why = facts.offered_line(turn, turn.decision) if maybe and turn.decision is not None else ""
    body = "\n".join(
        part for part in (why, entry.told(turn.language), facts.missing_line(turn) if not maybe else "") if part
    )
    return Card(
        title=wording.question, label=turn.say("choose.title_one") if maybe else "", body=body,
        rows=_rows(turn, entry), buttons=tuple(buttons), footer=turn.say("faq.footer"),
        quick=menu.usual(turn),
    )  # fmt: skip


def _this_one(turn: Turn, entry: FaqEntry, state: State) -> Result:
    """One question is likely: its answer is shown at once, marked as a guess."""
    offered = (NoteEnquiry(offered=(entry.id,)),)
    kinds = {ParkKind.ANY, turn.known.park_kind}
    if turn.known.park_kind and entry.parks not in kinds and not facts.named_here(turn):
        return replace(_other_kind(turn, state), effects=offered)
    if entry.kind is EntryKind.HAND_OVER:
        result = _hand_over(turn, state, entry)
        label = turn.say("choose.this_one", question=entry.wording(turn.language).question)
        why = facts.offered_line(turn, turn.decision) if turn.decision is not None else ""
        cards = tuple(
            replace(card, label=label, body="\n".join(part for part in (why, card.body) if part))
            for card in result.messages
            if isinstance(card, Card)
        )
        return replace(result, messages=cards, effects=offered)
    state = replace(state, last_entry=entry.id, category=entry.category.value, topic=entry.topic, offered=(entry.id,))
    return Result(state=state, messages=(answer_card(turn, entry, maybe=True),), effects=offered)


def answer(turn: Turn, entry: FaqEntry, *, state: State) -> Result:
    """Answer from an entry; one that hands over says who will answer and offers to open the case.

    One without words in the reader's language is for a person, who is offered.
    """
    if not entry.speaks(turn.language):
        return _other_language(turn, entry, state)
    if entry.kind is EntryKind.HAND_OVER:
        return _hand_over(turn, state, entry)
    if turn.known.park_kind and entry.parks not in {ParkKind.ANY, turn.known.park_kind} and not facts.named_here(turn):
        return _other_kind(turn, state)
    state = replace(state, last_entry=entry.id, category=entry.category.value, topic=entry.topic)
    return Result(state=state, messages=(answer_card(turn, entry),), effects=_note(turn, entry.id))


def _other_kind(turn: Turn, state: State) -> Result:
    """A rule of the other kind of park is never given: a person answers."""
    decision = Decision(action=Action.HAND_OVER, reason="other_kind")
    return _hand_over(replace(turn, decision=decision), state)


def _other_language(turn: Turn, entry: FaqEntry, state: State) -> Result:
    """Known in Chinese alone: nobody gets a language that was not asked for, nor an empty answer."""
    decision = Decision(action=Action.HAND_OVER, reason="other_language")
    state = replace(state, category=entry.category.value, topic=entry.topic)
    return _hand_over(replace(turn, decision=decision), state)


def _note(turn: Turn, faq: str | None, offered: tuple[str, ...] = ()) -> tuple[Effect, ...]:
    return (NoteEnquiry(faq=faq, offered=offered),) if turn.understanding is not None else ()


def offered(turn: Turn, state: State) -> Result:
    """What may be meant: one question with its answer, several to pick from, or the categories."""
    decision = turn.decision
    quick = menu.usual(turn)
    if decision is not None and decision.choices:
        entries = tuple(match.entry for match in decision.choices)
        if len(entries) == 1 and entries[0].id == turn.state.last_entry:
            # It was just shown: saying it again is no answer.
            said = follow_up.says_it_of(entries[0], turn.inbound.text)
            if said and decision.choices[0].fits and entries[0].kind is not EntryKind.HAND_OVER:
                return _said_before(turn, entries[0], state)
            return _hand_over(replace(turn, decision=None), state, because=facts.not_said_before(turn, decision))
        if len(entries) == 1:
            return _this_one(turn, entries[0], state)
        return Result(
            state=replace(state, offered=tuple(entry.id for entry in entries[:3])),
            messages=(choices(turn, entries, quick=quick),),
            effects=(NoteEnquiry(offered=tuple(entry.id for entry in entries)),),
        )  # fmt: skip
    names = [category.value for category in decision.categories] if decision else list(CASE_CATEGORIES)
    buttons = tuple(menu.button(turn, f"category.{name}", "category", category=name) for name in names)
    card = Card(
        title=turn.say("choose.category"), body=menu.hours(turn),
        buttons=(*buttons, *placed.add_buttons(turn), menu.open_case(turn, primary=True)), quick=quick,
    )  # fmt: skip
    return Result(state=state, messages=(card,), effects=(NoteEnquiry(),))


def _said_before(turn: Turn, entry: FaqEntry, state: State) -> Result:
    """What is asked stands in the answer that was given last: it is pointed to, and a person is offered."""
    question = entry.wording(turn.language).question
    card = Card(
        title=turn.say("choose.said_before.title"), body=turn.say("choose.said_before.body", question=question),
        buttons=(facts.question(turn, entry), menu.open_case(turn, primary=True), *placed.add_buttons(turn)),
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=replace(state, offered=(entry.id,)), messages=(card,), effects=_note(turn, None, (entry.id,)))


def choices(turn: Turn, entries: tuple[FaqEntry, ...], *, quick: tuple[Button, ...]) -> Card:
    """Up to three questions that may be meant, and none of them."""
    buttons = tuple(facts.question(turn, entry) for entry in entries[:3])
    body = facts.offered_line(turn, turn.decision) if turn.decision is not None else ""
    # While a case is being opened a person has it already.
    opening = turn.state.step in OPENING
    none = () if opening else (menu.button(turn, "button.none_of_these", "open_case", primary=True),)
    title = turn.say("choose.title")
    return Card(
        title=title, body=body, buttons=(*buttons, *placed.add_buttons(turn), *none),
        footer=turn.say("choose.footer"), quick=quick,
    )  # fmt: skip


def _hand_over(turn: Turn, state: State, entry: FaqEntry | None = None, *, because: str = "") -> Result:
    category, topic = state.category or "other", state.topic
    if entry is not None:
        category, topic = entry.category.value, entry.topic
        state = replace(state, category=category, topic=topic, last_entry=entry.id)
    unit = turn.unit_of(category, topic)
    reason = because or facts.why_a_person(turn)
    if entry is not None:
        body = entry.wording(turn.language).answer
    elif reason is not None:
        body = reason
    else:
        body = turn.say("hand_over.body", category=turn.say(f"category.{category}"), unit=unit)
    body = "\n".join(part for part in (body, menu.hours(turn)) if part)
    card = Card(
        title=turn.say("hand_over.title"), body=body,
        buttons=(
            menu.open_case(turn, primary=True), *placed.add_buttons(turn), *facts.known_buttons(turn),
            *facts.phone_button(turn, category, topic), menu.cancel(turn),
        ),
        footer=turn.say("case.binding"),
        quick=(*menu.category_buttons(turn), *menu.usual(turn)[1:]),
    )  # fmt: skip
    state = replace(state, asked=("open_case", ""))
    return Result(state=state, messages=(card,), effects=_note(turn, entry.id if entry else None))


def media(turn: Turn) -> Result:
    """A photo or file without words: keep it, and ask what it is about, unless that was told just before."""
    if pointing.shows_what_was_told(turn):
        return pointing.told(turn, pending.remember(turn, leads=False))
    state = pending.remember(turn)
    quick = (*menu.category_buttons(turn), menu.open_case(turn), menu.cancel(turn))
    return Result(state=state, messages=(Text(turn.say("media.ask", days=turn.keep_files_days), quick=quick[:13]),))


def chosen(turn: Turn) -> Result:
    """A question was picked from a list."""
    entry = turn.entry(turn.inbound.data.get("id", ""))
    if entry is None or entry.expired(turn.today):
        return menu.expired(turn)
    result = answer(turn, entry, state=menu.idle(turn.state))
    return replace(result, effects=(*result.effects, JudgeAnswer(verdict="chosen", faq=entry.id)))


def kind(turn: Turn) -> Result:
    """The firm says in which kind of park it is: that is remembered, and what it asked is answered for that kind."""
    said, entry = turn.inbound.data.get("kind", ""), turn.entry(turn.inbound.data.get("faq", ""))
    if said not in OWN_PARK_KINDS:
        return menu.expired(turn)
    turn = replace(turn, known=replace(turn.known, park_kind=said))
    state = replace(menu.idle(turn.state), kind_for=None)
    if entry is None or entry.expired(turn.today):
        result = Result(state=state, messages=menu.greeting(turn))
    else:
        result = answer(turn, entry, state=state)
    return replace(result, effects=(*result.effects, LearnKind(kind=said)))


def category(turn: Turn) -> Result:
    """A category was picked: what is often asked in it, and the way to a person."""
    name = turn.inbound.data.get("category", "")
    if name not in CASE_CATEGORIES:
        return menu.expired(turn)
    state = replace(menu.idle(turn.state), category=name, topic=None, last_category=name)
    title = turn.say("category.ask", category=turn.say(f"category.{name}"))
    buttons = tuple(facts.question(turn, entry) for entry in turn.common(name)[:4])
    card = Card(
        title=title, body=turn.say("category.body"), buttons=(*buttons, menu.open_case(turn, primary=True)),
        quick=menu.usual(turn),
    )  # fmt: skip
    return Result(state=state, messages=(card,))


def helpful(turn: Turn) -> Result:
    """The answer helped; the conversation about it is over."""
    state = State(last_enquiry=turn.state.last_enquiry)
    return Result(
        state=state, messages=(Text(turn.say("helpful.thanks"), quick=menu.usual(turn)),),
        effects=(JudgeAnswer(verdict="helpful", faq=turn.inbound.data.get("faq")),),
    )  # fmt: skip


def not_helpful(turn: Turn) -> Result:
    """It did not: apologise, offer related questions and a person."""
    entry = turn.entry(turn.inbound.data.get("faq") or turn.state.last_entry or "")
    named = (turn.entry(name) for name in (entry.related if entry else ()))
    related = tuple(found for found in named if found is not None and found.speaks(turn.language))
    buttons = tuple(facts.question(turn, other) for other in related[:3])
    card = Card(
        title=turn.say("not_helpful.title"), body=turn.say("not_helpful.body"),
        buttons=(menu.open_case(turn, primary=True), *buttons),
        quick=menu.usual(turn),
    )  # fmt: skip
    faq = turn.inbound.data.get("faq")
    return Result(state=turn.state, messages=(card,), effects=(JudgeAnswer(verdict="not_helpful", faq=faq),))
