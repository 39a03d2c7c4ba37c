"""Spells of cases in the database, and blocks of them as columns."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    String,
    any_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from routing.domain.reporting import columns, held_totals
from routing.domain.reporting.columns import READ, Columns
from routing.domain.reporting.held_totals import HeldColumns
from routing.domain.reporting.spells import COLUMNS, COUNTED, STILL, Spell
from routing.store.cases.schema import Case as CaseRow
from routing.store.reporting.schema import CaseSpell, SpellBlock
from routing.store.session import changed, dialect_of, remembered

_LOCK = 0x73706C6C
"""The key of PostgreSQL's lock: shared by whoever writes spells, held alone by whoever makes a block of them."""
_TABLE = CaseSpell.__table__
_FIELDS = tuple(_TABLE.c[name] for name in COLUMNS)
_Made = TypeVar("_Made", Columns, HeldColumns)
_TRIES = 3
"""Of reading by digest while blocks are made anew beside it; then all is read in one statement."""
_AT_ONCE = 20
"""Blocks whose content is read at once."""
_IDS = 500
"""Of one statement; SQLite takes some thousand values in it."""


def keep(session: Session, spells: Mapping[int, Sequence[Spell]]) -> int:
    """Make these the spells of these cases; says of how many cases they were others. The caller holds the cases.

    Blocks that one of them leaves or joins are given up: they are made anew when nothing moves any more.
    """
    _share(session)
    there: defaultdict[int, dict[tuple[Any, ...], int]] = defaultdict(dict)
    ids = list(spells)
    for begin in range(0, len(ids), _IDS):
        query = select(CaseSpell.case_id, CaseSpell.id, *_FIELDS).where(
            CaseSpell.case_id.in_(ids[begin : begin + _IDS])
        )
        for case_id, key, *values in session.execute(query):
            there[case_id][tuple(values)] = key
    gone, new, touched, moved = list[int](), list[dict[str, Any]](), set[int](), 0
    for case_id, wanted in spells.items():
        held = there[case_id]
        rows = [tuple(getattr(spell, name) for name in COLUMNS) for spell in wanted]
        kept = set(rows)
        out = [(values, key) for values, key in held.items() if values not in kept]
        into = [values for values in rows if values not in held]
        moved += bool(out or into)
        gone += [key for _, key in out]
        new += [{"case_id": case_id, **dict(zip(COLUMNS, values, strict=True))} for values in into]
        touched.update(values[0] for values in (*(values for values, _ in out), *into))
    for begin in range(0, len(gone), _IDS):
        changed(session, delete(CaseSpell).where(CaseSpell.id.in_(gone[begin : begin + _IDS])))
    if new:
        session.execute(insert(CaseSpell), new)
    give_up(session, touched - {0})
    return moved


def joined(session: Session, blocks: Collection[int]) -> None:
    """Spells of new cases were written into these blocks."""
    _share(session)
    give_up(session, set(blocks) - {0})


def _share(session: Session) -> None:
    if dialect_of(session) != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))


def _alone(session: Session) -> None:
    if dialect_of(session) != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def give_up(session: Session, blocks: Collection[int]) -> None:
    """Forget blocks; their spells are read one by one until they are made again."""
    if blocks:
        changed(session, delete(SpellBlock).where(SpellBlock.block.in_(blocks)))


def forget_blocks(session: Session) -> None:
    """Forget every block."""
    changed(session, delete(SpellBlock))


def of_cases(session: Session, ids: Sequence[int]) -> dict[int, list[Spell]]:
    """The spells of some cases, in order of time."""
    found: defaultdict[int, list[Spell]] = defaultdict(list)
    query = select(CaseSpell.case_id, *_FIELDS).where(CaseSpell.case_id.in_(ids))
    for case_id, *values in session.execute(query.order_by(CaseSpell.case_id, CaseSpell.since)):
        found[case_id].append(Spell(**dict(zip(COLUMNS, values, strict=True))))
    return found


def read(session: Session, blocks: Iterable[int]) -> dict[int, Columns]:
    """Spells by block, out of one state of the database: blocks where they are made, else row by row.

    A block that this process has read before, and that is still the same, is not read again.
    """
    made, rows = _read(session, blocks, SpellBlock.columns, READ, columns.unpacked)
    made.update((block, columns.of_rows(of_block)) for block, of_block in rows.items())
    return made


def read_held(session: Session, blocks: Iterable[int]) -> list[HeldColumns]:
    """As ``read``, what days held are counted from."""
    made, rows = _read(session, blocks, SpellBlock.held, held_totals.READ, held_totals.unpacked)
    return [*made.values(), *map(held_totals.of_rows, rows.values())]


def _read(
    session: Session, blocks: Iterable[int], column: InstrumentedAttribute[Any], names: Sequence[str],
    unpacked: Callable[[bytes], _Made],
) -> tuple[dict[int, _Made], dict[int, list[Sequence[Any]]]]:  # fmt: skip
    wanted, memory = sorted(set(blocks)), remembered(session)
    for known_by_digest in (True,) * _TRIES + (False,):
        digests, packed, rows = _state(session, wanted, column, names, by_digest=known_by_digest)
        found = {block: unpacked(content) for block, content in packed.items()}
        missing = []
        for block, digest in digests.items():
            kept = memory.get((column.key, block, digest))
            if kept is None:
                missing.append(block)
            else:
                found[block] = kept
        for begin in range(0, len(missing), _AT_ONCE):
            query = select(SpellBlock.block, SpellBlock.made_as, column)
            for block, digest, content in session.execute(
                query.where(SpellBlock.block.in_(missing[begin : begin + _AT_ONCE]))
            ):
                if content is not None and digest == digests[block]:
                    found[block] = unpacked(content)
                    memory.keep((column.key, block, digest), found[block], len(content))
        # One of them may have been given up, or made anew, since the state was read.
        if len(found) == len(digests) + len(packed):
            break
    return found, rows


def _state(
    session: Session, wanted: Sequence[int], column: InstrumentedAttribute[Any], names: Sequence[str], *,
    by_digest: bool,
) -> tuple[dict[int, str], dict[int, bytes], dict[int, list[Sequence[Any]]]]:  # fmt: skip
    """Blocks with their digests, the content of those that have none (all, unless ``by_digest``), and single rows."""
    fields = [_TABLE.c[name] for name in names]
    there = SpellBlock.block.in_(wanted), column.is_not(None)
    digest = SpellBlock.made_as if by_digest else cast(null(), SpellBlock.made_as.type)
    whole = select(
        SpellBlock.block, digest.label("digest"), case((digest.is_(None), column)).label("packed"),
        literal(1).label("whole"), *(cast(null(), one.type).label(one.name) for one in fields),
    )  # fmt: skip
    single = select(
        _TABLE.c.block, cast(null(), String).label("digest"), cast(null(), LargeBinary).label("packed"),
        literal(0).label("whole"), *fields,
    )  # fmt: skip
    # One statement, so that no case is met twice, or not at all, while it moves from one block to another.
    both = union_all(
        whole.where(*there), single.where(_in_unmade(session, wanted, select(SpellBlock.block).where(*there)))
    )  # fmt: skip
    digests: dict[int, str] = {}
    contents: dict[int, bytes] = {}
    rows: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for block, written, packed, is_whole, *values in session.execute(both):
        if not is_whole:
            rows[block].append(values)
        elif packed is None:
            digests[block] = written
        else:
            contents[block] = packed
    return digests, contents, rows


def _in_unmade(session: Session, wanted: Sequence[int], made: Select[int]) -> ColumnElement[bool]:
    """Of spells: in one of these blocks that is not made.

    Which those are is worked out first, so that no spell of a block that is made is looked at: that is nearly all.
    """
    if dialect_of(session) == "sqlite":
        each = func.json_each(literal(json.dumps(wanted))).table_valued("value", name="wanted_blocks")
        return _TABLE.c.block.in_(select(each.c.value).except_(made))
    given = select(func.unnest(cast(literal(list(wanted), ARRAY(Integer)), ARRAY(Integer))))
    return _TABLE.c.block == any_(func.array(given.except_(made).scalar_subquery()))


def unmade(session: Session, *, before: int, limit: int) -> list[int]:
    """Blocks of days that are over and that are not made, or not as this program makes them, the latest first."""
    whole = select(SpellBlock.block).where(SpellBlock.held.is_not(None), SpellBlock.made_as.is_not(None))
    query = (
        select(_TABLE.c.block)
        .where(_TABLE.c.block > 0, _TABLE.c.block < before, _TABLE.c.block.not_in(whole))
        .distinct()
        .order_by(_TABLE.c.block.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def make(session: Session, block: int) -> None:
    """Make a block of the spells that there are; nobody else writes one meanwhile."""
    _alone(session)
    give_up(session, {block})
    of_block = _TABLE.c.block == block
    # In one order, so that equal spells make equal blocks.
    order = _TABLE.c.case_id, _TABLE.c.since, _TABLE.c.id
    rows = session.execute(select(*(_TABLE.c[name] for name in READ)).where(of_block).order_by(*order)).all()
    held = session.execute(
        select(*(_TABLE.c[name] for name in held_totals.READ)).where(of_block).order_by(*order)
    ).all()
    packed, packed_held = columns.packed(columns.of_rows(rows)), held_totals.packed(held_totals.of_rows(held))
    digest = hashlib.blake2b(packed + packed_held, digest_size=16).hexdigest()
    made = {"block": block, "columns": packed, "held": packed_held, "made_as": digest}
    session.execute(insert(SpellBlock), [made])


def made_blocks(session: Session) -> list[int]:
    """Blocks that are made as this program makes them."""
    return list(session.scalars(select(SpellBlock.block).where(SpellBlock.made_as.is_not(None))))


def remake(session: Session, block: int) -> bool:
    """Make a block anew; whether it says what it said. One that was given up meanwhile is left so."""
    _alone(session)
    query = select(SpellBlock.made_as).where(SpellBlock.block == block)
    before = session.scalars(query).one_or_none()
    if before is None:
        return True
    make(session, block)
    return session.scalars(query).one() == before


def without_holders(session: Session, block: int) -> list[int]:
    """Cases of a block that stand closed and count, of which is not said who held them."""
    query = select(_TABLE.c.case_id).where(
        _TABLE.c.block == block, _TABLE.c.held == "", _TABLE.c.flags.bitwise_and(COUNTED) != 0
    )
    return list(session.scalars(query.order_by(_TABLE.c.case_id)))


def took_longer(session: Session, kind: str, *, closed_from: int, than: Sequence[int]) -> tuple[int, ...]:
    """Cases of a kind that stand closed since a day with a counted outcome, and those that took more days than each."""
    more = (func.count().filter(_TABLE.c.days_used > days) for days in than)
    query = select(func.count(), *more).where(
        _TABLE.c.kind == kind, _TABLE.c.until == STILL, _TABLE.c.closed >= closed_from,
        _TABLE.c.flags.bitwise_and(COUNTED) != 0,
    )  # fmt: skip
    return tuple(session.execute(query).one())


def numbers_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of cases by their rows."""
    found: dict[int, str] = {}
    distinct = list(dict.fromkeys(ids))
    for begin in range(0, len(distinct), _IDS):
        query = select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(distinct[begin : begin + _IDS]))
        found.update((key, number) for key, number in session.execute(query))
    return found


def cases_from(session: Session, after: int, *, closed_from: int, limit: int) -> list[CaseRow]:
    """Cases after one of them whose spells reach a day or lie after it, by row, held until the transaction ends."""
    query = select(CaseRow).where(CaseRow.id > after).order_by(CaseRow.id).limit(limit)
    if closed_from:
        reached = select(CaseSpell.case_id).where(
            CaseSpell.case_id > after, CaseSpell.until == STILL,
            (CaseSpell.closed.is_(None)) | (CaseSpell.closed >= closed_from) | (CaseSpell.since >= closed_from),
        )  # fmt: skip
        query = query.where(CaseRow.id.in_(reached))
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(session.scalars(held))


def some(session: Session, *, after: int, limit: int) -> list[CaseRow]:
    """Cases after one of them, by row."""
    return list(session.scalars(select(CaseRow).where(CaseRow.id > after).order_by(CaseRow.id).limit(limit)))
