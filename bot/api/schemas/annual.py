"""How programs read the yearly papers."""

from __future__ import annotations

from pydantic import Field

from bot.api.schemas.answers import Representation


class AnnualFigure(Representation):
    """A number with the address of the cases behind it."""

    value: float | None
    cases: str


class AnnualTablePage(Representation):
    """One table: as many cells a row as columns."""

    key: str
    title: str
    columns: list[str]
    rows: list[list[AnnualFigure | str | float | None]]
    notes: list[str]


class AnnualSealed(Representation):
    """A seal: who signed which content."""

    revision: int
    at: str
    by: str
    name: str
    reason: str | None
    sha256: str


class AnnualEntered(Representation):
    """A figure that was entered by hand."""

    id: int
    section: str
    label: str
    dimension: str | None
    figure: str
    evidence: str
    owner: str


class AnnualPapers(Representation):
    """A year's tables as sealed, or as counted now. ``changed_since``: now they are other than in the last seal."""

    year: int
    roc_year: int
    begin: str = Field(alias="from")
    end: str = Field(alias="to")
    finished: bool
    rules: str
    calendar: str
    base_year: int | None
    tables: list[AnnualTablePage]
    sha256: str
    sealed: AnnualSealed | None
    changed_since: bool
    seals: list[AnnualSealed]
    entries: list[AnnualEntered]
