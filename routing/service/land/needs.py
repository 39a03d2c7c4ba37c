"""What the firm of a case looks for: as it said in the chat, or as an officer entered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.calendar.official_days import formal
from knowledge.land import MEASURED, Range, heard
from routing.domain.errors import Invalid
from routing.domain.land.needs import FORMS, Need, need_from
from routing.domain.permissions import require_team
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.store.land import queries as store

_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A need as an officer enters it: ``where`` are parks and districts, figures as they are said (兩三百坪)."""

    where: str = ""
    form: str = ""
    area: str = ""
    industry: str = ""
    power: str = ""
    water: str = ""
    wastewater: str = ""
    when: str = ""
    features: str = ""


def of(locked: LockedCase) -> Need:
    """What is known of it."""
    row = store.need(locked.session, locked.row.id)
    return need_from(row.need) if row is not None else Need()


def keep(locked: LockedCase, need: Need) -> None:
    """Keep what the firm said in the chat."""
    store.put_need(locked.session, locked.row.id, need.plain(), now=locked.now, by=locked.actor.email)


def enter(locked: LockedCase, entered: Entered) -> Need:
    """An officer enters or changes the need; every field is taken as it is given, an empty one is not known.

    Raises:
        Forbidden: a partner. Invalid: a field says nothing that can be used.
    """
    require_team(locked.actor)
    before = of(locked)
    need = _need(locked, entered)
    keep(locked, need)
    changed = [name for name in before.plain() if name != "skipped" and before.plain()[name] != need.plain()[name]]
    locked_case.audit(locked, "case.land_need", fields=changed)
    return need


def _need(locked: LockedCase, entered: Entered) -> Need:
    for name, value in _fields(entered).items():
        if len(value) > _WORDS:
            raise Invalid(f"請在 {_WORDS} 字以內。", field=name)
    parks, districts = _where(locked, entered.where)
    if entered.form and entered.form not in FORMS:
        raise Invalid("form 必須是 land 或 building。", field="form")
    measures: dict[str, Range] = {}
    for name in MEASURED:
        words = getattr(entered, name).strip()
        if not words:
            continue
        found = heard(words, asked=name).measures.get(name)
        if found is None:
            raise Invalid("無法判讀；請填數字與單位，例如 200-300 坪、至少 500 kW。", field=name)
        measures[name] = found
    note = " ".join(entered.features.split())
    return Need(
        parks=parks, districts=districts, form=entered.form or None, measures=measures,
        industry=entered.industry.strip() or None, when=entered.when.strip() or None,
        features=heard(note).features, note=note,
    )  # fmt: skip


def _fields(entered: Entered) -> Mapping[str, Any]:
    return {name: getattr(entered, name) for name in Entered.__dataclass_fields__}


def _where(locked: LockedCase, words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parks, districts = [], []
    parks_of_ours = locked.office.offices.own_parks
    own = {formal(place) for park in parks_of_ours for place in (park.district, park.county) if place}
    for part in words.replace("，", "、").replace(",", "、").split("、"):
        name = part.strip()
        if not name:
            continue
        park = locked.office.offices.find_park(name)
        if formal(name) in own:
            districts.append(formal(name))
        elif park is not None and park.own:
            parks.append(park.name)
        else:
            raise Invalid(f"「{name[:40]}」不是本分局的園區，也不是園區所在的行政區。", field="where")
    return tuple(dict.fromkeys(parks)), tuple(dict.fromkeys(districts))
