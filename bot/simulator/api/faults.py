"""Faults on request: rules that make the platform fail before or after it accepted a call."""

from __future__ import annotations

import fnmatch
from dataclasses import asdict, dataclass

from bot.simulator.state import Json, Platform

# What each kind does. "after": the call has had its effect when the fault strikes.
KINDS = {
    "error_before": "500, nothing done",
    "error_after": "accepted, then 500",
    "rate_limit": "429 rate limit, nothing done",
    "quota": "429 monthly limit, nothing done",
    "timeout_before": "no answer for `seconds`, nothing done",
    "timeout_after": "accepted, no answer for `seconds`",
    "reset": "connection cut, nothing done",
    "reset_after": "accepted, connection cut",
    "garbage": "502 with an HTML page, nothing done",
    "garbage_after": "accepted, 200 with a body that is no JSON",
    "empty_after": "accepted, 200 with `{}`",
    "unauthorized": "401, nothing done",
    "slow": "answers properly after `seconds`",
}
# Names that say the same, as a test may put them.
ALIASES = {
    "500": "error_before", "500_before": "error_before", "500_after": "error_after",
    "429_rate": "rate_limit", "429": "rate_limit", "429_quota": "quota",
    "timeout": "timeout_before", "timeout_after_accept": "timeout_after",
    "connection_reset": "reset", "garbage_body": "garbage", "401": "unauthorized",
}  # fmt: skip


@dataclass(slots=True)
class FaultRule:
    """Applies to endpoints (names or paths, `*` allowed) `count` times or with `probability`."""

    endpoint: str
    kind: str
    count: int | None
    probability: float
    seconds: float
    struck: int = 0

    def as_json(self) -> Json:
        """The rule and how often it has struck."""
        return asdict(self)


class FaultPlan:
    """The rules in force; the first that matches and strikes decides."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.rules: list[FaultRule] = []

    def add(self, rule: Json) -> FaultRule:
        """Add a rule from its JSON; ValueError says what is wrong with it."""
        kind = ALIASES.get(str(rule.get("kind")), str(rule.get("kind")))
        if kind not in KINDS:
            raise ValueError(f"kind must be one of: {', '.join(KINDS)}")
        count = rule.get("count")
        made = FaultRule(
            endpoint=str(rule.get("endpoint", "*")),
            kind=kind,
            count=None if count is None else int(count),
            probability=float(rule.get("probability", 1.0)),
            seconds=float(rule.get("seconds", 30.0)),
        )
        with self._platform.lock:
            self.rules.append(made)
        return made

    def clear(self) -> None:
        """Remove every rule."""
        with self._platform.lock:
            self.rules.clear()

    def strike(self, name: str, path: str) -> FaultRule | None:
        """The rule that strikes this call, if any; counts it."""
        with self._platform.lock:
            for rule in self.rules:
                hit = fnmatch.fnmatch(name, rule.endpoint) or fnmatch.fnmatch(path, rule.endpoint)
                spent = rule.count is not None and rule.struck >= rule.count
                if hit and not spent and self._platform.ids.chance() < rule.probability:
                    rule.struck += 1
                    return rule
        return None
