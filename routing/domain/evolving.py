"""A changed copy of a value of which very many are made: cases as they are folded, and what is measured of them."""

from __future__ import annotations

from typing import Any, TypeVar

_Value = TypeVar("_Value")


def evolve(value: _Value, **changes: Any) -> _Value:
    """As ``dataclasses.replace``, at a tenth of its cost: for plain dataclasses, without slots and ``__post_init__``.

    Reports and imports fold millions of events, and each makes a case anew.
    """
    made = object.__new__(type(value))
    made.__dict__.update(value.__dict__, **changes)
    return made


def finished(made: _Value, before: _Value, **changes: Any) -> _Value:
    """``made`` with these changes, where it was just made of ``before`` and nobody else has it yet; else a new copy."""
    if made is before:
        return evolve(made, **changes)
    made.__dict__.update(changes)
    return made


def of_values(kind: type[_Value], values: dict[str, Any]) -> _Value:
    """A value of a plain dataclass that has exactly these fields, without the cost of its ``__init__``."""
    made = object.__new__(kind)
    made.__dict__.update(values)
    return made
