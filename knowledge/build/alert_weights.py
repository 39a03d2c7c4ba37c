"""Moves the weights of data/alert_concepts.yaml as far as written examples ask, and no further.

The weights in the file say what a reader of the language knows. Few examples can mend them and must not overrule them,
so the fit pays for every step away from them (a normal prior around the file's weights).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

from knowledge.alerts.alert_model import EVIDENCE_LIMIT, known_evidence
from knowledge.alerts.concepts import features, read_raw
from knowledge.alerts.detection import Alert, as_read
from knowledge.language.text import fold

KINDS = tuple(Alert)
_FREEDOM = 0.08
"""Variance of a weight around the file's: smaller trusts the file more."""
_ORDINARY = 0.15
"""Weight of an ordinary question against a labelled look-alike; there are some thousand of them."""
_REPORTS = 1.3
"""Weight of all reports together against all else."""
_KIND, _NAMED = 1.5, 3.0
"""How much a concept speaks for its kind, and the words that name an event, before any example."""


def weigh(
    texts: Sequence[str], labels: np.ndarray, spoken: np.ndarray, ordinary: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Names of the features and their weights: a column for danger, then one for each kind.

    `labels`: number of the kind, or their count for none. `spoken`: the n-grams' scores of each text, by a model that
    has not seen it. `ordinary`: True for plain questions, of which there are many.
    """
    raw = read_raw()
    found = [features(as_read(fold(text))) for text in texts]
    names = ["base", "grams", *sorted({*_named(raw), *(n for f in found for n in f)})]
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(texts), len(names)))
    for row, seen in zip(rows, found, strict=True):
        row[[place[name] for name in seen]] = 1
    rows[:, 0] = 1
    inside = labels < len(KINDS)
    # A text in which nothing happens is no report whatever the weights: it teaches nothing.
    happens = np.array([bool(f) for f in found])
    weights = np.where(ordinary, _ORDINARY, 1.0)[happens]
    known = known_evidence(names)
    evidence = np.array([name in known for name in names])
    danger = _danger(
        rows[happens],
        spoken[happens, 0],
        inside[happens],
        weights=weights,
        prior=_prior(raw, names),
        evidence=evidence,
    )
    kinds = _which(rows[inside], spoken[inside, 1:], labels[inside], _kind_prior(raw, names))
    return names, np.column_stack([danger, kinds])


def _named(raw: dict[str, Any]) -> set[str]:
    return {*raw["weights"], *raw["together"], *raw["whole"]}


def _prior(raw: dict[str, Any], names: Sequence[str]) -> np.ndarray:
    known = {**raw["weights"], **raw["together"], **raw["whole"]}
    return np.array([float(known.get(name, 0)) for name in names])


def _kind_prior(raw: dict[str, Any], names: Sequence[str]) -> np.ndarray:
    prior = np.zeros((len(names), len(KINDS)))
    place = {name: number for number, name in enumerate(names)}
    prior[place["grams"]] = 1
    for number, kind in enumerate(KINDS):
        for concept in raw["kinds"][str(kind)]:
            prior[place[concept], number] = _KIND
        prior[place[f"told_{kind}"], number] = _NAMED
    return prior


def _danger(
    rows: np.ndarray,
    spoken: np.ndarray,
    inside: np.ndarray,
    *,
    weights: np.ndarray,
    prior: np.ndarray,
    evidence: np.ndarray,
) -> np.ndarray:
    """Logistic regression around the prior, evidence counted up to a limit as in knowledge/alerts/alert_model.py."""
    rows = rows.copy()
    rows[:, 1] = spoken
    sign = np.where(inside, 1.0, -1.0)
    weights[inside] *= _REPORTS * weights[~inside].sum() / weights[inside].sum()
    weights *= len(weights) / weights.sum()

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        full = np.tanh((rows @ (at * evidence)) / EVIDENCE_LIMIT)
        margin = sign * (rows @ (at * ~evidence) + EVIDENCE_LIMIT * full)
        step = at - prior
        pull = -sign * weights / (1 + np.exp(margin))
        slope = (pull @ rows) * ~evidence + ((pull * (1 - full**2)) @ rows) * evidence + step / _FREEDOM
        return float((weights * np.logaddexp(0, -margin)).sum() + (step**2).sum() / (2 * _FREEDOM)), slope

    found: np.ndarray = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return found


def _which(rows: np.ndarray, spoken: np.ndarray, labels: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """The kinds against each other, around the prior; n-grams speak for their own kind alone."""
    plain = rows.copy()
    plain[:, 1] = 0
    wanted = np.eye(len(KINDS))[labels]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        at = flat.reshape(prior.shape)
        scores = plain @ at + spoken * at[1]
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        away = shares - wanted
        step = at - prior
        slope = plain.T @ away + step / _FREEDOM
        slope[1] += (spoken * away).sum(axis=0)
        value = -(wanted * np.log(shares + 1e-12)).sum() + (step**2).sum() / (2 * _FREEDOM)
        return float(value), slope.ravel()

    found: np.ndarray = minimize(loss, prior.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found.reshape(prior.shape)
