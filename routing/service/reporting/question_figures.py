"""How often something was missing in cases that were asked a question set (題組), and in those that were not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from routing.domain.reporting.annual import AnnualTable, Cell
from routing.domain.reporting.periods import Period
from routing.service.office_context import OfficeContext
from routing.service.question_sets import active
from routing.service.question_sets.active import Standing
from routing.store.question_sets import queries as store
from routing.store.question_sets.queries import Received

COLUMNS = ("題組", "是否提問", "受理", "曾補正", "補正率", "補正者平均次數", "填答率")
NOTES = (
    "以期間內受理之案件計，各性質合計；補正為請廠商補件之通知，計至期末。",
    "「未提問」為同類別、同主題而未依題組提問者（非由 LINE 立案、題組核定前受理，或案由無題組用詞）。",
    "填答率＝已答題數÷題數；空白表示沒有案件可計算，不是 0。",
)


@dataclass(slots=True)
class Sum:
    """Of some cases: how many, in how many something was missing, how often, and questions with their answers."""

    received: int = 0
    told: int = 0
    times: int = 0
    questions: int = 0
    answered: int = 0

    def add(self, cases: Received) -> None:
        """These cases as well."""
        self.received += cases.number
        self.told += cases.told
        self.times += cases.times
        self.questions += cases.questions
        self.answered += cases.answered

    def cells(self) -> list[Cell]:
        """As a row shows it."""
        return [
            self.received, self.told, self.told / self.received if self.received else None,
            self.times / self.told if self.told else None,
            self.answered / self.questions if self.questions else None,
        ]  # fmt: skip


def table(session: Session, office: OfficeContext, period: Period) -> AnnualTable:
    """With and without, set by set and in all. A set that was stopped since stands as long as cases were asked it."""
    return AnnualTable(
        "question_sets", "七之一、題組與補正", COLUMNS,
        _rows(active.standing(session, office), store.received(session, period)), NOTES,
    )  # fmt: skip


def _rows(standing: Iterable[Standing], received: Iterable[Received]) -> list[list[Cell]]:
    standing = tuple(standing)
    titles = {one.set.id: one.set.title["zh-TW"] for one in standing}
    matters = {one.set.id: (str(one.set.category), one.set.topic) for one in standing}
    covered = set(matters.values())
    asked: dict[str, Sum] = {}
    left: dict[tuple[str, str | None], Sum] = {}
    with_set, without = Sum(), Sum()
    for cases in received:
        if cases.set_id is not None:
            asked.setdefault(cases.set_id, Sum()).add(cases)
            with_set.add(cases)
        elif (matter := _matter(covered, cases)) is not None:
            left.setdefault(matter, Sum()).add(cases)
            without.add(cases)
    rows: list[list[Cell]] = []
    for name in sorted({*titles, *asked}):
        rows.append([titles.get(name, name), "已提問", *asked.get(name, Sum()).cells()])
        rows.append([titles.get(name, name), "未提問", *left.get(matters.get(name, ("", None)), Sum()).cells()])
    rows.append(["合計（同主題只計一次）", "已提問", *with_set.cells()])
    rows.append(["合計（同主題只計一次）", "未提問", *without.cells()])
    return rows


def _matter(covered: set[tuple[str, str | None]], cases: Received) -> tuple[str, str | None] | None:
    """The matter of a set that cases would be of; a set without a topic is of its whole category."""
    for matter in ((cases.category, cases.topic), (cases.category, None)):
        if matter in covered:
            return matter
    return None
