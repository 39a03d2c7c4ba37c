"""Cases that hold the words that somebody looks for, as a condition on cases.

Words that few rows may hold are looked up in the index (``search_index``), and those rows looked at, once for each
transaction that reads. Words that very many hold are looked for row by row, in the order of the list: its page is full
soon.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    any_,
    cast,
    func,
    intersect,
    literal,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from routing.domain.search_words import certain, ending, glob, glob_of_digits, pattern, words_of
from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.cases.search_index import asked, by_the_index, may_hold, named
from routing.store.conversation.schema import Message
from routing.store.session import dialect_of
from routing.store.written import written, written_about

FEW = 8_000
"""So many rows are looked at one by one."""
_MANY = 4
"""Words that so many times more rows hold stand on every page: nothing is gained by knowing all of them."""
_SORTED = 1_000
"""So many cases are put in order by themselves."""
_KEPT = "found by words"


def found(session: Session, q: str, *, few: int = FEW) -> ColumnElement[bool]:
    """Of cases: each of the words stands somewhere in it.

    Args:
        session: to read in.
        q: what somebody typed; blanks part words.
        few: so many rows of the index are looked at one by one. It moves only how long it takes.
    """
    words = words_of(q)
    kept: dict[str, tuple[Sequence[int] | None, str | None]] = session.info.setdefault(_KEPT, {})
    if q not in kept or not session.get_bind().get_execution_options().get("reading"):
        kept[q] = _looked_up(session, words, few)
    ids, settled = kept[q]
    rows = (_in_row(session, word) for word in words if word != settled)
    return and_(*rows) if ids is None else and_(_one_of(session, ids), *rows)


def _looked_up(session: Session, words: Sequence[str], few: int) -> tuple[Sequence[int] | None, str | None]:
    """Cases by the index, if they are few, and the word that all of them hold; the rest is still to be looked for."""
    with by_the_index(session):
        number, rarest = min((_candidates(session, word, few), word) for word in words)
        if number <= few:
            return _holding(session, rarest), rarest
        if len(words) == 1:
            return None, None
        together = [word for word in words if _candidates(session, word, _MANY * few) <= _MANY * few]
        return (_meeting(session, together, few) if len(together) > 1 else None), None


def _candidates(session: Session, word: str, most: int) -> int:
    """How many rows may hold a word; one more than ``most`` if they are more."""
    dialect = dialect_of(session)
    question = asked(dialect, word)
    if question is None:
        return most + 1
    of_firms = select(CaseRow.id).where(CaseRow.firm_id.in_(named(dialect, Firm.id, question)))
    rows: CompoundSelect[Any] = union_all(
        named(dialect, CaseRow.id, question), of_firms, named(dialect, Message.id, question)
    )
    return session.scalars(select(func.count()).select_from(rows.limit(most + 1).subquery())).one()


def _parts(session: Session, word: str, *, exactly: bool) -> list[Select[Any]] | None:
    """Cases that hold a word, by where it stands, or may hold it; None: the index cannot tell."""
    question = asked(dialect_of(session), word)
    if question is None:
        return None
    of_it = literal(question)
    firms = select(Firm.id).where(may_hold(Firm.id, of_it))
    case: list[ColumnElement[bool]] = [may_hold(CaseRow.id, of_it)]
    message: list[ColumnElement[bool]] = [may_hold(Message.id, of_it), Message.case_id.is_not(None)]
    if exactly:
        firms = firms.where(_in_firm(word))
        case, message = [*case, _in_case(word)], [*message, _in_message(word)]
    return [
        select(CaseRow.id).where(*case),
        select(CaseRow.id).where(CaseRow.firm_id.in_(firms)),
        select(Message.case_id).where(*message),
    ]


def _holding(session: Session, word: str) -> Sequence[int]:
    """The cases that hold a word of which the index knows."""
    return sorted(set(session.scalars(union_all(*_parts(session, word, exactly=True) or ()))))


def _meeting(session: Session, words: Sequence[str], few: int) -> Sequence[int] | None:
    """The cases that may hold each of several words; None if they are many."""
    every = (union_all(*parts).subquery() for word in words if (parts := _parts(session, word, exactly=False)))
    found = session.scalars(intersect(*(select(one.c[0]) for one in every)).limit(few + 1)).all()
    return sorted(found) if len(found) <= few else None


def _one_of(session: Session, ids: Sequence[int]) -> ColumnElement[bool]:
    """Of cases: one of these rows, however many they are, in one value."""
    if dialect_of(session) == "sqlite" and len(ids) > _SORTED:
        # Of many a list finds its page sooner by its own order than by looking up and sorting all of them.
        return _among(session, CaseRow.id + 0, ids)
    return _among(session, CaseRow.id, ids)


def _among(
    session: Session, column: ColumnElement[Any] | InstrumentedAttribute[Any], ids: Sequence[int]
) -> ColumnElement[bool]:
    if dialect_of(session) == "sqlite":
        each = func.json_each(literal(json.dumps(list(ids)))).table_valued("value", name=f"among_{len(ids)}")
        return column.in_(select(each.c.value))
    return column == any_(cast(literal(list(ids), ARRAY(BigInteger)), ARRAY(BigInteger)))


def _in_row(session: Session, word: str) -> ColumnElement[bool]:
    """Of cases: a word stands in it, looked for in each row by itself."""
    messages: ColumnElement[bool]
    question = asked(dialect_of(session), word)
    of_it = _in_message(word)
    if question is None:  # Of signs alone, which few hold: it has to be looked for everywhere.
        messages = CaseRow.id.in_(select(Message.case_id).where(of_it, Message.case_id.is_not(None)))
    else:
        # Not EXISTS, for which PostgreSQL may look at every message first.
        first = select(literal(1)).where(Message.case_id == CaseRow.id, of_it).limit(1)
        messages = first.scalar_subquery().is_not(None)
    return or_(_in_case(word), _of_firms(session, word, question), messages)


def _of_firms(session: Session, word: str, question: str | None) -> ColumnElement[bool]:
    """Of cases: a word stands in the name or number of their firm."""
    every = select(Firm.id).where(_in_firm(word))
    if question is None:
        return CaseRow.firm_id.in_(every)
    with by_the_index(session):
        ids = session.scalars(every.where(may_hold(Firm.id, literal(question))).limit(_SORTED + 1)).all()
    return CaseRow.firm_id.in_(every) if len(ids) > _SORTED else _among(session, CaseRow.firm_id, ids)


def _has(column: InstrumentedAttribute[Any], word: str) -> ColumnElement[bool]:
    quick, exact = glob(word)
    like = "%" + certain(word).replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
    return (written if exact else written_about)(column, quick, like, pattern(word))


def _in_message(word: str) -> ColumnElement[bool]:
    return or_(_has(Message.text, word), _has(Message.doc_no, word))


def _in_firm(word: str) -> ColumnElement[bool]:
    number = unicodedata.normalize("NFKC", word)
    return or_(_has(Firm.name, word), Firm.ubn == number, Firm.claimed_ubn == number)


def _in_case(word: str) -> ColumnElement[bool]:
    number, ends = unicodedata.normalize("NFKC", word), ending(word)
    phone = [] if ends is None else [written_about(CaseRow.contact_phone, glob_of_digits(word), "%", ends)]
    # A number of ours holds no other signs.
    numbered = [_has(CaseRow.number, word)] if number.isascii() or not number.isalnum() else []
    return or_(
        *numbered,
        *(_has(column, word) for column in (CaseRow.subject, CaseRow.contact_name, CaseRow.park)),
        # 文號 are a list, as JSON writes it.
        cast(CaseRow.refs, Text).contains(json.dumps(number)[1:-1], autoescape=True),
        *phone,
    )
