"""Whose words are these? Every text and file of a firm is placed: with a case, with a question of ours, or anew.

Pure, in a fixed order, with the reason kept (issue of the chat, line 1; contract §9 "Placing words"). Nothing is
guessed between two that are as likely: the firm is asked once, and its words are kept meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.language.said import ways
from knowledge.language.text import fold
from routing.domain.dialogue.naming import Naming, goes_on, named_in, only_goes_on, pieces, points_back, shared
from routing.domain.dialogue.supplements import says_all

LONG_AGO = timedelta(days=7)
"""After so long an officer's message is no more what a firm plainly answers: it is asked."""

JUST_OPENED = timedelta(minutes=30)
"""So long after its receipt a case is what further details belong to."""

_A_PERSON, _A_CALL = ways("placing", "a_person"), ways("placing", "a_call")
_TO_COME = ways("placing", "to_come")
_TOLD_ANEW = ways("placing", "told_anew")
REOPENED_FOR = timedelta(days=28)
"""So long after its close a case is offered to be opened again to words that say its matter goes on."""

_OF_ITS_CASE, _ITS_FILLERS = ways("placing", "of_its_case"), ways("placing", "its_fillers")
_HOW_LONG = ways("placing", "how_long")
_SENT = ways("placing", "sent")
_OTHER_MATTER = ways("placing", "other_matter")
_BUT = ways("placing", "but")
_DETAIL, _ATTACHES, _ADDS = ways("placing", "detail"), ways("placing", "attaches"), ways("placing", "adds")
_PAPERS_OF = ways("placing", "papers_of")
_TWO = 2
"""Characters from which a word names something."""
_ON_AND_ON = ways("placing", "on_and_on")
_HOW_FAR = ways("placing", "how_far")
_SLIP = ways("placing", "slip")


_OF_THE_CASE = frozenset({None, "general", "window"})
"""Topics of questions that may be about the case one has: of none, and of the service itself (週四會有人來嗎)."""


def sent_by_mistake(text: str) -> bool:
    """Whether words say no more than that the message before was sent by mistake."""
    return bool(_SLIP.search(fold(text.strip())))


def asks_how_far(text: str) -> bool:
    """Whether words ask how far something is, or when it will be done."""
    return bool(_HOW_FAR.search(fold(text)))


def says_other_matter(text: str) -> bool:
    """Whether words begin another matter in so many words."""
    return bool(_OTHER_MATTER.search(fold(text)))


def asks_of_its_case(text: str) -> bool:
    """Whether words ask whether what was sent is there, who has it or what comes next, and name nothing else."""
    folded = fold(text)
    rest = _OF_ITS_CASE.sub(" ", folded)
    return rest != folded and not pieces(_ITS_FILLERS.sub(" ", rest)) and not re.search(r"\d", rest)


def asks_how_long(text: str) -> bool:
    """Whether words ask no more than how long it will be."""
    return bool(_HOW_LONG.search(fold(text.strip())))


def says_it_was_sent(text: str) -> bool:
    """Whether words ask whether something that was sent is there, as who writes for the first time may."""
    return bool(_SENT.search(fold(text)))


def asks_for_a_call(text: str) -> bool:
    """Whether words ask to be telephoned."""
    return bool(_A_CALL.search(fold(text)))


def asks_for_a_person(text: str) -> bool:
    """Whether words ask to speak with somebody."""
    return bool(_A_PERSON.search(fold(text)))


def wants_to_add(text: str) -> bool:
    """Whether words say no more than that something is to be added to one's case."""
    return bool(_ADDS.search(fold(text.strip())))


def asks_to_come(text: str) -> bool:
    """Whether words ask that somebody be sent."""
    return bool(_TO_COME.search(fold(text)))


def names_more(text: str, terms: Sequence[str]) -> bool:
    """Whether words that ask for a person name a matter too: ``terms`` of the trade in them that say not only that."""
    rest = pieces(_A_CALL.sub(" ", _A_PERSON.sub(" ", fold(text))))
    return any(pieces(term) & rest for term in terms)


class Kind(StrEnum):
    """What is done with the words."""

    EMERGENCY = "emergency"
    ANSWER = "answer"
    """They answer what the dialogue has just asked."""
    CASE = "case"
    ASK = "ask"
    """Several are as likely: the firm says which."""
    NEW = "new"


class Reason(StrEnum):
    """Why a message stands where it stands; kept with it and shown to staff. At most 12 characters."""

    EMERGENCY = "emergency"
    ASKED = "asked"
    """It answers a question of the dialogue."""
    QUOTED = "quoted"
    NUMBER = "number"
    SUBJECT = "subject"
    OFFICER = "officer"
    """The officer wrote or asked for something before."""
    TAPPED = "tapped"
    """The firm said so, by a tap or in so many words."""
    OPENED = "opened"
    """It was sent with the opening of the case."""
    MOVED = "moved"
    """An officer moved it here."""
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is known of a message before it is placed.

    ``quoted``: the case of the message it quotes. ``category``: where it is plain. ``sure``: the base has an answer to
    it that needs no person. ``topic``: of the answers the base offers. ``question``: it asks something. ``chat``: a
    hello, thanks or an OK. ``file``: a photo, file or place without words. ``answers``: it fits what the dialogue has
    just asked. ``wish``: it says what somebody means to do (想申請用電), which begins a matter. ``leans``: it goes
    on with what an officer has just written. ``begun``: a matter of its own was begun just before.
    """

    text: str = ""
    file_name: str = ""
    """Of a file that was sent, without its ending."""
    quoted: str | None = None
    category: str | None = None
    topic: str | None = None
    alert: bool = False
    sure: bool = False
    question: bool = False
    chat: bool = False
    file: bool = False
    wish: bool = False
    leans: bool = False
    begun: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """A case of the firm.

    ``officer_at``: when its officer wrote or asked for something that the firm has not answered.

    ``talked_at``: when its officer wrote last, answered or not.
    ``waits``: it waits on the firm. ``asked``: for what. ``person``: its officer holds the conversation at the moment.
    """

    number: str
    subject: str
    category: str
    topic: str | None = None
    closed: bool = False
    waits: bool = False
    asked: str = ""
    person: bool = False
    officer_at: datetime | None = None
    talked_at: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def expects(self) -> bool:
        """Whether words of the firm may be meant for its officer."""
        return not self.closed and (self.waits or self.person or self.officer_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where words go: ``number`` of a case, and ``alternatives`` where the firm is asked."""

    kind: Kind
    reason: Reason
    number: str | None = None
    alternatives: tuple[str, ...] = ()


_NEW = Placement(kind=Kind.NEW, reason=Reason.NEW)


def place(words: Words, cases: Sequence[OwnCase], *, now: datetime) -> Placement:
    """Place a message among the firm's own cases, at ``now``. The first rule that speaks decides."""
    if words.alert:
        return Placement(kind=Kind.EMERGENCY, reason=Reason.EMERGENCY)
    if words.quoted is not None and any(case.number == words.quoted for case in cases):
        return _in(words.quoted, Reason.QUOTED)
    if words.answers:
        return Placement(kind=Kind.ANSWER, reason=Reason.ASKED)
    still_open = [case for case in cases if not case.closed]
    return (
        _by_name(words, cases, still_open)
        or _by_progress(words, still_open)
        or _by_closed(words, cases, now)
        or _by_papers(words, still_open)
        or _by_officer(words, still_open, now)
        or _by_reference(words, cases, now)
        or _by_talk(words, still_open, now)
        or _by_opening(words, still_open, now)
        or _by_complaint(words, still_open)
        or _by_likelihood(words, still_open, now)
        or _NEW
    )


def _in(number: str, reason: Reason) -> Placement:
    return Placement(kind=Kind.CASE, reason=reason, number=number)


def _ask(numbers: Sequence[str], reason: Reason) -> Placement:
    return Placement(kind=Kind.ASK, reason=reason, alternatives=tuple(numbers))


def _by_name(words: Words, cases: Sequence[OwnCase], still_open: Sequence[OwnCase]) -> Placement | None:
    if words.file or words.chat:
        return None
    named = named_in(words.text, still_open)
    if not named.plain:
        closed = named_in(words.text, [case for case in cases if case.closed])
        if closed.plain and len(closed.numbers) == 1:
            return _in(closed.numbers[0], Reason(closed.how))
    return _named(words, named) if named.numbers else None


def _named(words: Words, named: Naming) -> Placement | None:
    reason = Reason(named.how)
    if len(named.numbers) > 1:
        return _ask(named.numbers, reason) if named.plain or not words.sure else None
    if named.plain:
        return _in(named.numbers[0], reason)
    if words.sure or _OTHER_MATTER.search(fold(words.text)):
        return None
    goes_on = _HOW_FAR if words.question else _ON_AND_ON
    if not named.same and goes_on.search(fold(words.text)):
        return _in(named.numbers[0], reason)
    return None


def _by_closed(words: Words, cases: Sequence[OwnCase], now: datetime) -> Placement | None:
    """Words that say the matter of a case closed lately is there still or again: reopen it, or a new matter?"""
    if words.file or words.chat or (words.sure and words.question) or _OTHER_MATTER.search(fold(words.text)):
        return None
    lately = [one for one in cases if one.closed_at is not None and now - one.closed_at <= REOPENED_FOR and one.closed]
    numbers = goes_on(words.text, lately)
    just_closed = [case.number for case in lately if case.closed_at is not None and now - case.closed_at <= LONG_AGO]
    if not numbers and _BUT.search(fold(words.text.strip())) and not words.question:
        # 可是旁邊那棵沒剪 speaks of what was just closed.
        numbers = tuple(just_closed[:1])
    if not numbers:
        return None
    alike = goes_on(words.text, [case for case in cases if not case.closed])
    return _ask((*alike, *numbers), Reason.SUBJECT)


def _by_progress(words: Words, still_open: Sequence[OwnCase]) -> Placement | None:
    """電梯修好沒 is about the lift, whichever officer wrote last."""
    if words.sure or not words.question or not any(case.expects for case in still_open):
        return None
    if not asks_how_far(words.text):
        return None
    meant = shared(words.text, {case.number: case.subject for case in still_open})
    return _in(meant, Reason.SUBJECT) if meant is not None else None


def _by_officer(words: Words, still_open: Sequence[OwnCase], now: datetime) -> Placement | None:
    """The cases whose officers wait for words of the firm: one of them gets these, unless they are plainly others."""
    expecting = [case for case in still_open if case.expects]
    if not expecting:
        return None
    if words.chat:
        holding = [case for case in expecting if case.person]
        return _in(holding[0].number, Reason.OFFICER) if len(holding) == 1 else None
    fitting = [case for case in expecting if not _other_matter(words, case)]
    if not fitting:
        return None
    if len(fitting) > 1:
        meant = _by_file_name(words, fitting) if words.file else _meant_for(words, fitting)
        return _in(meant, Reason.SUBJECT) if meant else _ask([case.number for case in fitting], Reason.OFFICER)
    (case,) = fitting
    since = case.officer_at
    if not case.waits and not case.person and since is not None and now - since > LONG_AGO:
        return _ask([case.number], Reason.OFFICER)
    return _in(case.number, Reason.OFFICER)


def _by_papers(words: Words, still_open: Sequence[OwnCase]) -> Placement | None:
    """大樹的照片晚點傳 is of the tree, although the officer of another case waits for something."""
    found = _PAPERS_OF.search(fold(words.text.strip())) if not (words.file or words.question) else None
    what = next(filter(None, found.groups()), "").strip() if found else ""
    if len(what) < _TWO:
        return None
    named = [case for case in still_open if what in fold(case.subject)]
    waited = any(what in fold(f"{case.subject}\n{case.asked}") for case in still_open if case.expects)
    return _in(named[0].number, Reason.SUBJECT) if len(named) == 1 and not waited else None


def _meant_for(words: Words, fitting: Sequence[OwnCase]) -> str | None:
    """Which of several cases whose officers wait the words are for: by its matter or what was asked, or by 都給了."""
    waiting = [case.number for case in fitting if case.waits]
    if len(waiting) == 1 and says_all(words.text):
        return waiting[0]
    if words.question:
        # It may as well be a matter of its own.
        return None
    return shared(words.text, {case.number: f"{case.subject}\n{case.asked}" for case in fitting})


def _by_file_name(words: Words, fitting: Sequence[OwnCase]) -> str | None:
    """The one case that asked for a file as this one is called (行照.pdf), or that is about it."""
    waiting = {case.number: case.asked for case in fitting if case.waits}
    meant = shared(words.file_name, waiting) if words.file_name else None
    about = {case.number: f"{case.subject}\n{case.asked}" for case in fitting}
    return meant or (shared(words.file_name, about) if words.file_name else None)


def _other_matter(words: Words, case: OwnCase) -> bool:
    """Whether words are surely about something else than this case."""
    if words.file:
        return False
    differs = words.category is not None and words.category != case.category
    if words.sure and (words.question or words.wish or (differs and not case.person)):
        return True
    if _OTHER_MATTER.search(fold(words.text)):
        return True
    if words.leans:
        return False
    if case.person and not case.waits:
        # While its officer holds the conversation, only what names a matter the base knows is not the officer's.
        return words.question and words.topic not in _OF_THE_CASE and (differs or _of_other_topic(words, case))
    return words.question and (differs or _of_other_topic(words, case))


def _of_other_topic(words: Words, case: OwnCase) -> bool:
    """Whether a question is one the base has answers for, of another topic, and has no word of the case in it."""
    return words.topic not in {None, "general", case.topic} and not named_in(words.text, [case]).numbers


def _by_reference(words: Words, cases: Sequence[OwnCase], now: datetime) -> Placement | None:
    """Words that speak of an earlier matter without naming it, or tell a new telephone or contact."""
    still_open = [case for case in cases if not case.closed]
    if words.chat or words.file or words.sure or not cases:
        return None
    told = fold(words.text)
    told_anew = bool(_TOLD_ANEW.search(told)) and not re.search(r"\?|[吗呢か]\W*$", told)
    if not told_anew and not points_back(words.text):
        return None
    if not still_open:
        lately = [one.number for one in cases if one.closed_at is not None and now - one.closed_at <= REOPENED_FOR]
        return _ask(lately[:2], Reason.SUBJECT) if lately and not told_anew else None
    if _OTHER_MATTER.search(fold(words.text)):
        return None
    meant = shared(words.text, {case.number: case.subject for case in still_open})
    if len(still_open) == 1 or meant is not None:
        return _in(meant or still_open[0].number, Reason.SUBJECT)
    return _ask([case.number for case in still_open], Reason.SUBJECT)


def _by_talk(words: Words, still_open: Sequence[OwnCase], now: datetime) -> Placement | None:
    """Further words to the only open case, whose officer and firm have been talking: 老闆說六月底搬.

    What is plainly of another field, or another matter in so many words, is none of it.
    """
    if words.chat or words.sure or words.wish or len(still_open) != 1:
        return None
    (case,) = still_open
    if case.talked_at is None or now - case.talked_at > LONG_AGO or _other_matter(words, case):
        return None
    differs = words.category is not None and words.category != case.category and not words.file
    return None if differs else _in(case.number, Reason.OFFICER)


def _by_opening(words: Words, still_open: Sequence[OwnCase], now: datetime) -> Placement | None:
    """More of the only open case, just opened: words that are no more than a detail, or go with a file (附上帳單)."""
    if words.file or words.sure or words.question or len(still_open) != 1:
        return None
    (case,) = still_open
    if case.received_at is None or now - case.received_at > JUST_OPENED:
        return None
    told = fold(words.text.strip())
    return _in(case.number, Reason.OPENED) if _DETAIL.search(told) or _ATTACHES.search(told) else None


def _by_complaint(words: Words, still_open: Sequence[OwnCase]) -> Placement | None:
    """還是沒解決 and nothing else, while nothing was begun: an open case is meant, and several are offered."""
    if words.chat or words.file or words.question or words.begun or not still_open or not only_goes_on(words.text):
        return None
    numbers = [case.number for case in still_open]
    return _in(numbers[0], Reason.SUBJECT) if len(numbers) == 1 else _ask(numbers, Reason.SUBJECT)


def _by_likelihood(words: Words, still_open: Sequence[OwnCase], now: datetime) -> Placement | None:
    """A case and a new matter are both likely: a file without words, shared words, the same kind of trouble lately."""
    if words.chat or words.sure or not still_open or _OTHER_MATTER.search(fold(words.text)):
        return None
    if words.file:
        return _ask([case.number for case in still_open], Reason.NEW)
    alike = named_in(words.text, still_open).numbers
    if alike:
        return _ask(alike, Reason.SUBJECT)
    lately = [
        case.number
        for case in still_open
        if case.category == words.category and case.received_at is not None and now - case.received_at <= LONG_AGO
    ]
    return _ask(lately, Reason.NEW) if lately and not words.question else None
