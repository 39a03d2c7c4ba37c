"""Where an error stands and how LINE words it.

Plain messages are refused with `messages[0].text` and "May not be empty"; what lies inside a
Flex container with a JSON pointer such as `/body/contents/0/text` and shorter words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.validation.counting import utf16_length

Json = dict[str, Any]


@dataclass(slots=True)
class Report:
    """The errors found in one request body, in the order of the body."""

    details: list[Json] = field(default_factory=list)
    flex_message: str | None = None

    def add(self, message: str, place: str) -> None:
        """Note an error at a place."""
        self.details.append({"message": message, "property": place})


@dataclass(frozen=True, slots=True)
class Scope:
    """A place in the request body; `flex` selects the pointer style and its words."""

    report: Report
    path: str
    flex: bool = False

    def at(self, name: str | int) -> Scope:
        """The place of a property or element within this one."""
        if self.flex:
            return Scope(self.report, f"{self.path.rstrip('/')}/{name}", flex=True)
        step = f"[{name}]" if isinstance(name, int) else f".{name}" if self.path else str(name)
        return Scope(self.report, self.path + step)

    def fail(self, message: str) -> None:
        """Note an error in these words."""
        self.report.add(message, self.path)

    def missing(self) -> None:
        """Note that a value must be given."""
        self.fail("must be specified" if self.flex else "May not be empty")

    def invalid(self, plain: str = "Must be a valid value") -> None:
        """Note a wrong value, in plain words or as Flex says it."""
        self.fail("invalid property" if self.flex else plain)

    def must_be_one_of(self, values: Iterable[str]) -> None:
        """Note a value outside an enumeration."""
        self.invalid(f"Must be one of the following values: [{', '.join(values)}]")

    def text(
        self,
        value: Any,
        limit: int,
        *,
        required: bool = True,
        count: Callable[[str], int] = utf16_length,
    ) -> bool:
        """Check a string property; says whether it holds a usable value."""
        if value is None or value == "":
            if required or value == "":
                self.missing()
            return False
        if not isinstance(value, str):
            self.invalid("Must be a string")
            return False
        if count(value) > limit:
            self.invalid(f"Length must be between 0 and {limit}")
            return False
        return True

    def one_of(self, value: Any, values: Iterable[str], *, required: bool = False) -> bool:
        """Check a value against an enumeration; says whether it is usable."""
        if value is None:
            if required:
                self.missing()
            return not required
        if value not in tuple(values):
            self.must_be_one_of(values)
            return False
        return True

    def items(self, value: Any, low: int, high: int) -> list[Any]:
        """Check an array's size and hand back its elements, none if it is unusable."""
        if not isinstance(value, list):
            self.missing() if value is None else self.invalid("Must be an array")
            return []
        if not low <= len(value) <= high:
            self.fail(f"Size must be between {low} and {high}")
            return []
        if any(one is None for one in value):
            self.fail("cannot contain null elements" if self.flex else "May not be null")
            return []
        return value
