"""How often something was missing in cases that were asked a question set (題組), and in those that were not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.domain.reporting.annual import AnnualTable, Cell
from routing.domain.reporting.periods import Period
from routing.service.office_context import OfficeContext
from routing.service.question_sets import active
from routing.service.question_sets.active import Standing
from routing.store.question_sets import queries as store
from routing.store.question_sets.queries import Received, ReceivedCase

PREFIX = "set."
"""Before the name of a figure, where its cases are listed."""
FIGURES = {"received": "受理", "told": "曾補正", "rate": "補正率", "times": "補正者平均次數", "answered": "填答率"}
ASKED, LEFT = "asked", "left"
"""Before the set in the key of a row: cases that were asked it, and those that were not; without a set: all such."""
COLUMNS = ("題組", "是否提問", *FIGURES.values())
_SAID = {ASKED: "已提問", LEFT: "未提問"}
_TOTAL = "合計（同主題只計一次）"
NOTES = (
    "以期間內受理之案件計，各性質合計；補正為請廠商補件之通知，計至期末。",
    "「未提問」為同類別、同主題而未依題組提問者（非由 LINE 立案、題組核定前受理，或案由無題組用詞）。",
    "填答率＝已答題數÷題數；空白表示沒有案件可計算，不是 0。",
)


Opens = Callable[[str, float | None, str], Cell]
"""A cell of a figure and its value that opens the cases of a row's key."""


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

    def cells(self, opens: Opens, key: str) -> list[Cell]:
        """As a row shows it, each with the cases behind it."""
        values = (
            self.received, self.told, self.told / self.received if self.received else None,
            self.times / self.told if self.told else None,
            self.answered / self.questions if self.questions else None,
        )  # fmt: skip
        return [opens(PREFIX + name, value, key) for name, value in zip(FIGURES, values, strict=True)]


def table(session: Session, office: OfficeContext, period: Period, opens: Opens) -> AnnualTable:
    """With and without, set by set and in all. A set that was stopped since stands as long as cases were asked it."""
    return AnnualTable(
        "question_sets", "七之一、題組與補正", COLUMNS,
        _rows(active.standing(session, office), store.received(session, period), opens), NOTES,
    )  # fmt: skip


def _rows(standing: Iterable[Standing], received: Iterable[Received], opens: Opens) -> list[list[Cell]]:
    standing = tuple(standing)
    titles, matters = _titles(standing), _matters(standing)
    covered = set(matters.values())
    asked: dict[str, Sum] = {}
    left: dict[tuple[str, str | None], Sum] = {}
    with_set, without = Sum(), Sum()
    for cases in received:
        if cases.set_id is not None:
            asked.setdefault(cases.set_id, Sum()).add(cases)
            with_set.add(cases)
        elif (matter := _matter(covered, cases.category, cases.topic)) is not None:
            left.setdefault(matter, Sum()).add(cases)
            without.add(cases)
    rows: list[list[Cell]] = []
    for name in sorted({*titles, *asked}):
        here, not_here = asked.get(name, Sum()), left.get(matters.get(name, ("", None)), Sum())
        title = titles.get(name, name)
        rows.append([title, _SAID[ASKED], *here.cells(opens, f"{ASKED}:{name}")])
        rows.append([title, _SAID[LEFT], *not_here.cells(opens, f"{LEFT}:{name}")])
    rows.append([_TOTAL, _SAID[ASKED], *with_set.cells(opens, f"{ASKED}:")])
    rows.append([_TOTAL, _SAID[LEFT], *without.cells(opens, f"{LEFT}:")])
    return rows


def _titles(standing: Iterable[Standing]) -> dict[str, str]:
    return {one.set.id: one.set.title["zh-TW"] for one in standing}


def _matters(standing: Iterable[Standing]) -> dict[str, tuple[str, str | None]]:
    return {one.set.id: (str(one.set.category), one.set.topic) for one in standing}


def key_said(session: Session, office: OfficeContext, key: str) -> str:
    """A row's key in words."""
    which, _, name = key.partition(":")
    title = _titles(active.standing(session, office)).get(name, name) if name else _TOTAL
    return f"{title}（{_SAID.get(which, which)}）"


def behind(
    session: Session, office: OfficeContext, period: Period, figure: str, key: str
) -> list[tuple[int, float | None]]:
    """The cases behind a figure of a row, and what each adds where it adds something of its own.

    Of a share those that it counts; how far the questions were answered: all, the least answered first.

    Raises:
        Invalid: there is no such figure.
    """
    name = figure.removeprefix(PREFIX)
    if name not in FIGURES:
        raise Invalid("查無這個統計項目。", field="figure")
    found = _cases_of(session, office, period, key)
    if name == "times":
        often = sorted((one for one in found if one.times), key=lambda one: -one.times)
        return [(one.case_id, float(one.times)) for one in often]
    if name in {"told", "rate"}:
        found = [one for one in found if one.times]
    if name == "answered":
        found = sorted((one for one in found if one.questions), key=lambda one: one.answered / one.questions)
    return [(one.case_id, None) for one in found]


def _cases_of(session: Session, office: OfficeContext, period: Period, key: str) -> list[ReceivedCase]:
    which, _, name = key.partition(":")
    if which == ASKED:
        return store.received_cases(session, period, asked=True, set_id=name or None)
    matters = _matters(active.standing(session, office))
    covered = set(matters.values())
    wanted = covered if not name else {matters[name]} if name in matters else set()
    return [
        one
        for one in store.received_cases(session, period, asked=False, categories={of for of, _ in wanted})
        if _matter(covered, one.category, one.topic) in wanted
    ]


def _matter(
    covered: Collection[tuple[str, str | None]], category: str, topic: str | None
) -> tuple[str, str | None] | None:
    """The matter of a set that a case would be of; a set without a topic is of its whole category."""
    for matter in ((category, topic), (category, None)):
        if matter in covered:
            return matter
    return None
