"""Opening a case: one question at a time, a summary, and a receipt (contract §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.offices.directory import Park
from knowledge.vocabulary import CASE_CATEGORIES
from routing.domain.decision import SURE_CATEGORY, Action
from routing.domain.dialogue import alarms, answers, facts, facts_read, faq, filling, menu, pending, placed
from routing.domain.dialogue.facts_told import Told
from routing.domain.dialogue.pending import remember
from routing.domain.dialogue.state import CALL_WISHED, FACTS, OPENING, State, Step, state_from
from routing.domain.dialogue.supplements import takes_time
from routing.domain.dialogue.times import CALL_TIMES, suits
from routing.domain.dialogue.turn import Effect, NoticeSeen, OpenCase, Result, Turn
from routing.domain.inbound import InboundKind
from routing.domain.messages import Button, Card, Outgoing, Row, Text, postback


def begin(turn: Turn) -> Result:
    """``open_case``: what was said or sent before is the beginning; without words we ask for some first.

    From an online service (``from=service``) the case has the category of the answer that led there.
    """
    if "call" in turn.inbound.data and turn.state.call is None:
        turn = replace(turn, state=replace(turn.state, call=CALL_WISHED))
    entry = turn.entry(turn.inbound.data.get("faq", "")) if turn.inbound.data.get("from") == "service" else None
    service = turn.service(entry) if entry is not None else None
    if entry is None or service is None:
        return _go_on(turn, turn.state)
    state = replace(turn.state, category=entry.category.value, topic=entry.topic, stuck_at=service.item)
    return _go_on(turn, state)


def _go_on(turn: Turn, state: State) -> Result:
    """The next question; while there are no words yet it is what the matter is."""
    if _has_words(turn) or state.stuck_at:
        return _next(turn, state)
    message = Text(_ask_words(turn, state), quick=(menu.cancel(turn),))
    return Result(state=replace(state, step=Step.DESCRIBE), messages=(message,))


def _ask_words(turn: Turn, state: State) -> str:
    if turn.files:
        return turn.say("opening.describe_media")
    if state.call in CALL_TIMES:
        return turn.say("opening.describe_call_when", when=turn.say(f"call.{state.call}"))
    return turn.say("opening.describe_call" if state.call else "opening.describe")


def _has_words(turn: Turn) -> bool:
    """Whether the matter was told: the hour for a call is none."""
    if not turn.state.call:
        return bool(turn.words)
    return any(suits(line) is None for line in turn.words.splitlines() if line.strip())


def _filled(turn: Turn, state: State) -> State:
    known = turn.known
    if state.anew:
        return replace(state, category=state.category or "other")
    told = state.firm_name or state.firm_found
    return replace(
        state, firm_name=state.firm_name or known.firm_name, ubn=state.ubn if told else known.ubn,
        contact_name=state.contact_name or known.contact_name, phone=state.phone or known.phone,
        park=state.park or known.park, category=state.category or "other",
    )  # fmt: skip


def _next(turn: Turn, state: State) -> Result:
    """Ask the first thing that is missing, or show the summary."""
    if state.alert == alarms.DISTRESS:
        return confirm(replace(turn, state=replace(_filled(turn, state), step=Step.SUMMARY)))
    if state.filling:
        step = filling.missing(state)
        state = replace(state, step=step) if step else state
        return filling.goes_on(turn, state, _fact_question(turn, state, step) if step else None)
    state = _filled(turn, state)
    notice: tuple[Outgoing, ...] = ()
    effects: tuple[Effect, ...] = ()
    begins = turn.state.step not in FACTS | {Step.SUMMARY} and state.step not in FACTS | {Step.SUMMARY}
    if begins and not (turn.known.noticed and turn.known.firm_name):
        notice = (Text(turn.say("privacy.line", url=turn.privacy_url)),)
        effects = (NoticeSeen(),)
    step, message = _question(turn, state)
    return Result(state=replace(state, step=step), messages=(*notice, message), effects=effects)


def _question(turn: Turn, state: State) -> tuple[Step, Outgoing]:
    if state.alert and not state.anew:
        # Danger: what is known is used, and the rest is asked when the case is open.
        return Step.SUMMARY, summary(turn, state)
    if state.filling:
        return state.step, _fact_question(turn, state, state.step)
    missing = _missing(state)
    return (missing[0], _fact_question(turn, state, missing[0])) if missing else (Step.SUMMARY, summary(turn, state))


def _missing(state: State) -> list[Step]:
    """What has to be asked before a case is opened, in this order."""
    known = {
        Step.WHEN: state.call != CALL_WISHED, Step.FIRM: state.firm_name, Step.CONTACT: state.contact_name,
        Step.PHONE: state.phone, Step.PARK: state.park,
    }  # fmt: skip
    return [step for step, value in known.items() if not value]


def _asked(turn: Turn) -> tuple[Step, ...]:
    """The question that stands, and those that will follow it."""
    step, state = turn.state.step, turn.state
    missing = filling.all_missing(state) if state.filling else _missing(_filled(turn, state))
    return (step, *(one for one in missing if one is not step))


def _fact_question(turn: Turn, state: State, step: Step) -> Outgoing:
    if step is Step.FIRM and state.firm_found:
        return _found_question(turn, state)
    if step is Step.PARK:
        return _park_question(turn)
    if step is Step.WHEN:
        times = tuple(menu.button(turn, f"call.{one}", "call_me", when=one) for one in CALL_TIMES)
        return Text(turn.say("call.title"), quick=(*times, menu.cancel(turn)))
    return Text(turn.say(f"opening.{step.value}"), quick=(menu.cancel(turn),))


def _found_question(turn: Turn, state: State) -> Card:
    entry = turn.registered(state.ubn or "") if state.firm_registered else None
    stands = entry.state if entry is not None else ""
    name = turn.say("opening.firm_state", name=state.firm_found, state=stands) if stands else state.firm_found
    title = turn.say("opening.firm_found", name=name, ubn=state.ubn)
    yes = menu.button(turn, "button.firm_yes", "firm", primary=True, ours="yes")
    no = menu.button(turn, "button.firm_no", "firm", ours="no")
    return Card(title=title, buttons=(yes, no), quick=(menu.cancel(turn),))


def _park_question(turn: Turn, parks: tuple[Park, ...] = ()) -> Card:
    buttons = tuple(
        Button(label=park.label(turn.language), data=postback("park", id=park.id), shown=park.label(turn.language))
        for park in parks or turn.parks
    )
    none = menu.button(turn, "button.no_park", "park", id="none")
    title = turn.say("opening.park")
    return Card(title=title, buttons=(*buttons, none), quick=(menu.cancel(turn),))


def summary(turn: Turn, state: State) -> Card:
    """Everything the case will hold, to be confirmed with one tap."""
    stuck = turn.say("service.stuck", item=state.stuck_at) if state.stuck_at else ""
    words = "\n".join(part for part in (stuck, turn.words) if part)
    words = words if len(words) <= 300 else words[:299] + "…"
    category = turn.say(f"category.{state.category or 'other'}")
    later = turn.say("summary.later")
    firm = state.firm_name or later
    if state.firm_found and state.firm_name == state.ubn:
        firm = state.firm_found
    if state.ubn and state.ubn != firm:
        firm = f"{firm}（{state.ubn}）"
    park = turn.find_park(state.park) if state.park else None
    rows = [
        Row(turn.say("summary.words"), words),
        Row(turn.say("case.category"), category),
        Row(turn.say("case.unit"), turn.unit_of(state.category or "other", state.topic)),
        Row(turn.say("summary.firm"), firm),
        Row(turn.say("summary.contact"), f"{state.contact_name or ''} {state.phone or ''}".strip() or later),
        Row(turn.say("summary.park"), _park_row(turn, state, park)),
    ]
    if state.call in CALL_TIMES:
        rows.append(Row(turn.say("summary.call"), turn.say(f"call.{state.call}")))
    if turn.files:
        rows.append(Row(turn.say("summary.files"), str(turn.files)))
    others = tuple(
        b for b in menu.category_buttons(turn) if b.data != postback("category", category=state.category or "")
    )
    return Card(
        title=turn.say("summary.title"), rows=tuple(rows),
        buttons=(
            menu.button(turn, "button.confirm_case", "confirm_case", primary=True),
            menu.button(turn, "button.change_details", "change_details"),
            *((menu.button(turn, "button.pieces", "pieces"),) if len(turn.pieces) > 1 else ()),
            menu.cancel(turn),
        ),
        footer=turn.say("summary.footer_alert" if state.alert else "summary.footer"),
        quick=others,
    )  # fmt: skip


def _park_row(turn: Turn, state: State, park: Park | None) -> str:
    if park is not None:
        return park.label(turn.language)
    return turn.say("button.no_park") if state.park else turn.say("summary.later")


def described(turn: Turn) -> Result:
    """Words came that we asked for, or first when a call suits."""
    state = remember(turn, leads=False)
    if state.call and (when := suits(turn.inbound.text)):
        return _go_on(turn, replace(state, call=when))
    understanding = turn.understanding
    if understanding is not None and understanding.category.value != "smalltalk" and not state.category:
        state = replace(state, category=understanding.category.value, topic=understanding.topic)
    return _next(turn, replace(state, step=Step.DESCRIBE))


def when(turn: Turn) -> Result:
    """``call_me`` while a case is being opened: when a call about it suits."""
    chosen = turn.inbound.data.get("when", "")
    if turn.state.step not in OPENING or chosen not in CALL_TIMES:
        return menu.expired(turn)
    return _go_on(turn, replace(turn.state, call=chosen))


def firm(turn: Turn) -> Result:
    """``firm``: whether the known firm with the number that was typed is this one (``ours``: yes, no)."""
    state = turn.state
    if state.step is not Step.FIRM or not state.firm_found:
        return menu.expired(turn)
    if turn.inbound.data.get("ours") == "yes":
        return _next(turn, replace(state, firm_name=state.firm_registered or state.ubn))
    text = Text(turn.say("opening.firm_name"), quick=(menu.cancel(turn),))
    return Result(state=replace(state, ubn=None, firm_found=None, firm_registered=None), messages=(text,))


def again(turn: Turn) -> Result:
    """The same question once more."""
    if turn.state.step is Step.DESCRIBE:
        return _go_on(turn, turn.state)
    _, message = _question(turn, turn.state)
    return Result(state=turn.state, messages=(message,))


def told(turn: Turn) -> Result:
    """An answer to what we asked; what cannot be used is asked again, with a way back."""
    state = turn.state
    if state.filling and turn.inbound.kind is not InboundKind.TEXT:
        return filling.added(turn, _fact_question(turn, state, state.step))
    if turn.inbound.kind is not InboundKind.TEXT:
        return _file_told(turn)
    if state.step is Step.DESCRIBE:
        return described(turn)
    if state.step is Step.SUMMARY:
        return _more(turn)
    return _in_a_row(replace(turn, words=turn.before), answers.lines(turn.inbound.text))


def _in_a_row(turn: Turn, lines: Sequence[str]) -> Result:
    """Answers that were typed one after the other without waiting for the next question: each answers one."""
    result = _fact(turn, lines[0])
    for line in lines[1:]:
        if result.state == turn.state or result.state.step not in FACTS:
            # The one before was not taken, or nothing is left to ask.
            break
        turn = replace(turn, state=result.state)
        following = _fact(turn, line)
        result = replace(following, effects=(*result.effects, *following.effects))
    return result


def _file_told(turn: Turn) -> Result:
    result = _go_on(turn, remember(turn, leads=False))
    if result.state.step is Step.DESCRIBE:
        return result
    return replace(result, messages=(Text(turn.say("opening.media_kept")), *result.messages))


def _more(turn: Turn) -> Result:
    """Words while the summary stands: they join the case, unless they are only thanks or a greeting."""
    if anew := facts_read.changed(turn, turn.inbound.text):
        return _next(replace(turn, words=turn.before), anew)
    if filled := facts_read.filled(turn):
        return again(replace(turn, state=filled, words=turn.before))
    if turn.understanding is not None and turn.understanding.category.value == "smalltalk":
        return again(replace(turn, words=turn.before))
    state = remember(turn, leads=False)
    if state.call:
        state = replace(state, call=suits(turn.inbound.text) or state.call)
    return again(replace(turn, state=state))


def answered_by(turn: Turn) -> bool:
    """Whether the words can be the answer to what was asked last; a question with an answer of ours is none."""
    step = turn.state.step
    if step is Step.DESCRIBE:
        return turn.decision is None or turn.decision.action is not Action.CHAT or turn.state.call is not None
    if step is Step.SUMMARY:
        return not (turn.asks and (turn.sure or _of_another_matter(turn)))
    known = turn.sure and (turn.asks or step is Step.CONTACT)
    fits = answers.fit(_asked(turn), turn.inbound.text) or facts_read.tells(turn, turn.inbound.text)
    return fits and not known


def _of_another_matter(turn: Turn) -> bool:
    """Whether the words are plainly about something else than the case, and may have an answer."""
    understanding, decision = turn.understanding, turn.decision
    if understanding is None or decision is None or not decision.choices:
        return False
    plain = understanding.confidence >= SURE_CATEGORY
    return plain and understanding.category.value not in {turn.state.category, "smalltalk"}


def begins_another(turn: Turn) -> bool:
    """Whether words in the middle of the questions after an emergency are plainly a matter of their own."""
    understanding, decision = turn.understanding, turn.decision
    if understanding is None or decision is None or understanding.alert is not None or answered_by(turn):
        return False
    if decision.action not in {Action.ANSWER, Action.CHOOSE}:
        # What the base does not know is rather of the emergency: 消防車可以從哪個門進來.
        return False
    case = next((case for case in turn.cases if case.number == turn.state.filling), None)
    plain = understanding.confidence >= SURE_CATEGORY and understanding.category.value != "smalltalk"
    matter = placed.matter_of(understanding.category.value, understanding.topic)
    return plain and case is not None and matter is not None and matter != case.matter


def meanwhile(turn: Turn) -> Result:
    """Words that answer nothing we asked: a question is answered, anything else joins the case; we ask again."""
    match = turn.decision.match if turn.decision is not None and turn.sure else None
    if match is not None and match.entry.kind.value != "hand_over":
        answered = faq.answer(turn, match.entry, state=turn.state)
        asked = again(replace(turn, words=turn.before))
        return replace(answered, state=turn.state, messages=(*answered.messages, *asked.messages))
    if turn.decision is not None and turn.decision.action is Action.CHAT:
        return _chatted(turn)
    if takes_time(turn.inbound.text):
        # 先等一下 我問統編: the question stands, and nothing was told.
        return again(replace(turn, words=turn.before))
    if turn.state.filling:
        return filling.added(turn, _fact_question(turn, turn.state, turn.state.step))
    if turn.asks and turn.decision is not None and turn.decision.choices:
        return _offered(turn)
    asked = again(replace(turn, state=remember(turn, leads=False)))
    return replace(asked, messages=(Text(turn.say("opening.media_kept")), *asked.messages))


def _chatted(turn: Turn) -> Result:
    """A hello, thanks, or whether somebody is there: what was asked stands; who asks what we are is told."""
    asked = again(replace(turn, words=turn.before))
    kind = turn.understanding.smalltalk if turn.understanding is not None else None
    said = turn.small_reply(kind) if kind == "bot_identity" else None
    return replace(asked, messages=(Text(said), *asked.messages)) if said else asked


def _offered(turn: Turn) -> Result:
    """A question that may have an answer: it is offered. It joins the case unless it is plainly of another matter."""
    other = _of_another_matter(turn)
    state = turn.state if other else remember(turn, leads=False)
    offered = faq.offered(turn, state)
    asked = again(replace(turn, state=state, words=turn.before if other else turn.words))
    kept = () if other else (Text(turn.say("opening.media_kept")),)
    return replace(offered, state=state, messages=(*offered.messages, *kept, *asked.messages))


def cut(turn: Turn) -> Result:
    """``cut``: one piece is left out of what will be sent."""
    state = pending.without(turn)
    if state is None or state.step is not Step.SUMMARY:
        return menu.expired(turn)
    left = _of_pieces(turn, tuple(piece for piece in turn.pieces if piece[0] in state.pending))
    return _go_on(left, replace(state, step=Step.DESCRIBE))


def _of_pieces(turn: Turn, pieces: tuple[tuple[int, str], ...]) -> Turn:
    """The turn as if these were all that a case would be opened with."""
    words = "\n".join(turn.pending_texts[message] for message, _ in pieces if message in turn.pending_texts)
    files = sum(1 for message, _ in pieces if message not in turn.pending_texts)
    return replace(turn, words=words, files=files, pieces=pieces)


def _fact(turn: Turn, text: str) -> Result:
    """An answer to one of our questions about firm, person, telephone and park."""
    state = turn.state
    named = turn.find_park(text) if state.step is Step.PARK else None
    if named is not None and not named.own:
        return _elsewhere(turn, named)
    several = _equally_meant(turn, text) if state.step is Step.PARK else ()
    if several:
        return Result(state=state, messages=(_park_question(turn, several),))
    read = facts_read.read(turn, text)
    if isinstance(read, State) and read.call != state.call:
        # The hour itself is for the officer to read.
        turn = replace(turn, words=f"{turn.words}\n{text}")
        read = remember(replace(turn, state=read), leads=False)
    if isinstance(read, str):
        quick = (menu.cancel(turn),)
        if state.step is Step.PARK:
            return Result(state=state, messages=(Text(turn.say(read)), _park_question(turn)))
        said = turn.say(read, n=sum(map(str.isdigit, text))) if read == "opening.firm_ubn_length" else turn.say(read)
        return Result(state=state, messages=(Text(said, quick=quick),))
    return _next(turn, read)


def _equally_meant(turn: Turn, text: str) -> tuple[Park, ...]:
    """Parks of two kinds under one short name (屏東, 仁武): other rules hold in each, so nothing is guessed."""
    said = text.casefold().strip()
    named = tuple(park for park in turn.parks if park.label(turn.language).casefold().startswith(said))
    return named if len(said) > 1 and len({park.kind for park in named}) > 1 else ()


def park(turn: Turn) -> Result:
    """A park was tapped."""
    if turn.state.step not in {Step.PARK, Step.SUMMARY}:
        return menu.expired(turn)
    chosen = turn.inbound.data.get("id", "")
    found = turn.find_park(chosen)
    if found is None and chosen != "none":
        return menu.expired(turn)
    if found is not None and not found.own:
        return _elsewhere(turn, found)
    return _next(turn, replace(turn.state, park=found.name if found else "none"))


def _elsewhere(turn: Turn, park: Park) -> Result:
    card = facts.office_card(turn, park, instead=True)
    return Result(state=turn.state, messages=(card, _park_question(turn)))


def change_category(turn: Turn) -> Result:
    """Another category for the case about to be opened."""
    name = turn.inbound.data.get("category", "")
    if name not in CASE_CATEGORIES:
        return menu.expired(turn)
    return _go_on(turn, replace(turn.state, category=name, topic=None))


def change_details(turn: Turn) -> Result:
    """Ask firm, person, telephone and park anew."""
    if turn.state.step is not Step.SUMMARY:
        return menu.expired(turn)
    state = replace(
        turn.state, firm_name=None, ubn=None, contact_name=None, phone=None, park=None, anew=True, step=Step.FIRM
    )
    return Result(state=state, messages=(Text(turn.say("opening.firm"), quick=(menu.cancel(turn),)),))


_FIELDS: dict[str, dict[str, None]] = {
    Step.FIRM: {"firm_name": None, "ubn": None, "firm_found": None, "firm_registered": None},
    Step.CONTACT: {"contact_name": None}, Step.PHONE: {"phone": None}, Step.PARK: {"park": None},
}  # fmt: skip


def change_detail(turn: Turn) -> Result:
    """``change_detail``: one of firm, person, telephone and park (``what``) is asked anew; the others stay."""
    what = turn.inbound.data.get("what", "")
    if turn.state.step not in FACTS | {Step.SUMMARY} or what not in _FIELDS:
        return menu.expired(turn)
    state = replace(turn.state, anew=True, step=Step(what), **_FIELDS[what])  # type: ignore[arg-type]
    key = "opening.firm_name" if what == Step.FIRM else f"opening.{what}"
    message = _park_question(turn) if what == Step.PARK else Text(turn.say(key), quick=(menu.cancel(turn),))
    return Result(state=state, messages=(message,))


def take_up(turn: Turn, told: Told | None = None) -> Result:
    """``take_up``: the case that was cancelled goes on where it was. ``told``: what was just told of the firm."""
    if not turn.state.dropped:
        return menu.expired(turn)
    state = state_from(turn.state.dropped)
    turn = _of_pieces(turn, turn.aside)
    if told:
        return _next(turn, facts_read.taken(state, told))
    return again(replace(turn, state=state))


def confirm(turn: Turn) -> Result:
    """``confirm_case``: the case is opened now, and the receipt follows."""
    if turn.state.step is not Step.SUMMARY:
        return menu.expired(turn)
    if not turn.words and not turn.state.stuck_at:
        return _go_on(turn, turn.state)
    alert = turn.state.alert
    hours = alarms.after_confirming(turn, alert) if alert else menu.hours(turn)
    state = filling.begins(turn.state) if alert else State()
    messages: tuple[Outgoing, ...] = (Text(hours),) if hours else ()
    return Result(state=state, messages=messages, effects=(OpenCase(state=turn.state),))
