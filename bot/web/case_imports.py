"""Cases of a table taken in: the same reader and the same rules for the command and the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.web import case_tables
from bot.web.case_tables import Converted
from bot.web.sheets import Line
from routing.domain.reporting.history import KnownWords, Refusal
from routing.domain.reporting.history_slips import every_refusal
from routing.service.cases import histories
from routing.service.office_context import UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a table: how many cases are in or would be, how many were in already, and each slip by its cell."""

    imported: int
    repeated: int
    refused: list[str]


def take(
    units_of_work: UnitOfWorkFactory, table: Sequence[Line], mapping: str, name: str, *, skip_bad: bool, dry_run: bool,
    now: datetime, actor: str = "cli", entered: Callable[[int, int], None] = lambda _done, _all: None,
) -> Taken:  # fmt: skip
    """Take in the cases of a table, or only look at it; without ``skip_bad`` one slip refuses all of it.

    ``mapping``: the text of a mapping file, called ``name`` where it is wrong.

    Raises:
        Invalid: the mapping or the table as a whole cannot be used, or the import was stopped half-way.
    """
    converted = case_tables.convert(table, case_tables.read_mapping(mapping, name))
    only_checked = dry_run or (bool(converted.bad) and not skip_bad)
    result = histories.import_beside_service(
        units_of_work, converted.lines, skip_bad=skip_bad or only_checked, now=now, dry_run=only_checked,
        entered=entered, actor=actor,
    )  # fmt: skip
    refused = [(one.row, str(one)) for one in converted.bad]
    refused += [(one.line, converted.in_words(one)) for one in _every(units_of_work, converted, result.refusals, now)]
    return Taken(result.imported, result.repeated, [said for _, said in sorted(refused)])


def _every(
    units_of_work: UnitOfWorkFactory, converted: Converted, refusals: Sequence[Refusal], now: datetime
) -> list[Refusal]:
    """All that is wrong with the rows that were refused, so that one look at the table mends them; each cell once."""
    if not refusals and not converted.unfinished:
        return []
    with units_of_work.reading() as (_, office):
        known = KnownWords.of(office.offices)
    found: list[Refusal] = []
    for one in refusals:
        found += every_refusal(converted.lines[one.line - 1], one.line, known, now) or (one,)
    named = {bad.cell for bad in converted.bad}
    for row, line in converted.unfinished.items():
        cells = [(one, converted.located(one)) for one in every_refusal(line, row, known, now)]
        found += [one for one, cell in cells if cell is not None and cell.cell not in named]
    return found
