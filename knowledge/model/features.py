"""Cuts normalised text into what is compared: units (one code point each), n-grams, and a small sparse index.

A CJK character is a unit, a Latin word or a number is a unit; so rapidfuzz's bit-parallel ratio works on words and
characters alike.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TOKEN = re.compile(r"[a-z0-9]+(?:[.%][a-z0-9%]*)?|[^\sa-z0-9]")
_WORD_PLANE = 0xF0000
_UNKNOWN_PLANE = 0x100000
_LONGEST_WORD = 24


def tokens(text: str) -> list[str]:
    """Units of a normalised text: single CJK characters, whole Latin words and numbers."""
    return _TOKEN.findall(text)


class UnitCoder:
    """Turns texts into strings of one code point a unit. Words keep their code for the life of the coder."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def learn(self, text: str) -> str:
        """Code a text whose words may be new."""
        return "".join(self._learned(t) for t in tokens(text))

    def code(self, text: str) -> str:
        """Code a question; words never learnt become codes that match nothing but themselves."""
        strange: dict[str, str] = {}
        return "".join(self._known(t, strange) for t in tokens(text))

    def _learned(self, token: str) -> str:
        if len(token) == 1 and not token.isascii():
            return token
        return self._codes.setdefault(token, chr(_WORD_PLANE + len(self._codes)))

    def _known(self, token: str, strange: dict[str, str]) -> str:
        if len(token) == 1 and not token.isascii():
            return token
        code = self._codes.get(token)
        return code if code is not None else strange.setdefault(token, chr(_UNKNOWN_PLANE + len(strange)))


def bag(units: str) -> str:
    """The units in a fixed order, so that word order does not count."""
    return "".join(sorted(units))


def _word_grams(word: str) -> list[str]:
    padded = f"_{word[:_LONGEST_WORD]}_"
    parts = [padded[start : start + size] for size in (3, 4) for start in range(len(padded) - size + 1)]
    return [f"_{word}_", *parts]


def grams(text: str, longest: int = 2) -> Counter[str]:
    """N-grams of a normalised text: 1 to `longest` characters of CJK runs; Latin words, their pairs and their parts."""
    found: list[str] = []
    run: list[str] = []
    before = ""
    for token in tokens(text):
        if len(token) == 1 and not token.isascii():
            run.append(token)
            before = ""
            continue
        _add_run(found, run, longest)
        run = []
        found += _word_grams(token)
        if before:
            found.append(f"{before} {token}")
        before = token
    _add_run(found, run, longest)
    return Counter(found)


def _add_run(found: list[str], run: list[str], longest: int) -> None:
    if not run:
        return
    found += run
    text = "".join(run)
    for size in range(2, longest + 1):
        found += [text[start : start + size] for start in range(len(text) - size + 1)]


class BagIndex:
    """How much two texts share of their units, whatever the order.

    The ratio of two sorted strings is twice their common units over all their units, so a list of the texts in which
    each unit stands gives exactly what `rapidfuzz.fuzz.ratio` gives on them, without a comparison text by text.
    """

    def __init__(self, coded: Sequence[str]) -> None:
        """`coded`: texts of one code point a unit."""
        postings: dict[tuple[str, int], list[int]] = {}
        for row, units in enumerate(coded):
            for key in _numbered(units):
                postings.setdefault(key, []).append(row)
        self._postings = {key: np.array(rows, dtype=np.int32) for key, rows in postings.items()}
        self._lengths = np.fromiter((len(u) for u in coded), dtype=np.float32, count=len(coded))

    def ratio(self, units: str) -> Floats:
        """Share (0 to 1) of common units with every text; never less than the ratio that minds the order."""
        shared = [rows for key in _numbered(units) if (rows := self._postings.get(key)) is not None]
        if not shared:
            return np.zeros(len(self._lengths), dtype=np.float32)
        common = np.bincount(np.concatenate(shared), minlength=len(self._lengths)).astype(np.float32)
        ratio: Floats = common * np.float32(2) / (self._lengths + np.float32(len(units)))
        return ratio


def _numbered(units: str) -> list[tuple[str, int]]:
    """Each unit with how often it stood before, so that a repeated one counts as often as both texts have it."""
    seen: dict[str, int] = {}
    numbered = []
    for unit in units:
        times = seen.get(unit, 0)
        seen[unit] = times + 1
        numbered.append((unit, times))
    return numbered


class GramIndex:
    """Cosine between a question and every text, by TF-IDF over n-grams, from postings."""

    def __init__(self, texts: Sequence[str], longest: int = 2) -> None:
        self._longest = longest
        self._size = len(texts)
        counted = [grams(t, longest) for t in texts]
        seen: Counter[str] = Counter(g for c in counted for g in c)
        self._ids = {g: i for i, g in enumerate(seen)}
        spread = np.fromiter(seen.values(), dtype=np.float32, count=len(seen))
        self._idf = np.log((1 + self._size) / (1 + spread)).astype(np.float32) + 1
        rows, columns, values = self._entries(counted)
        order = np.argsort(columns, kind="stable")
        self._rows, self._values = rows[order], values[order]
        self._starts = np.searchsorted(columns[order], np.arange(len(seen) + 1))
        # Plain lists: reading single numbers out of arrays costs more than the arithmetic.
        self._bounds: list[int] = self._starts.tolist()
        self._idf_of: list[float] = self._idf.tolist()

    def _entries(self, counted: Sequence[Counter[str]]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        lengths = [len(c) for c in counted]
        total = sum(lengths)
        rows = np.repeat(np.arange(self._size, dtype=np.int32), lengths)
        columns = np.fromiter((self._ids[g] for c in counted for g in c), dtype=np.int32, count=total)
        counts = np.fromiter((n for c in counted for n in c.values()), dtype=np.float32, count=total)
        values = (1 + np.log(counts)) * self._idf[columns]
        norms = np.sqrt(np.bincount(rows, weights=values**2, minlength=self._size))
        return rows, columns, (values / np.maximum(norms, 1e-9)[rows]).astype(np.float32)

    def cosine(self, text: str) -> Floats:
        """Cosine of `text` (normalised) with every indexed text."""
        unknown = math.log(1 + self._size) + 1
        total = 0.0
        spans: list[slice] = []
        weights: list[float] = []
        for gram, count in grams(text, self._longest).items():
            number = self._ids.get(gram)
            value = unknown if number is None else self._idf_of[number]
            if count > 1:
                value *= 1 + math.log(count)
            total += value * value
            if number is not None:
                spans.append(slice(self._bounds[number], self._bounds[number + 1]))
                weights.append(value)
        if not spans:
            return np.zeros(self._size, dtype=np.float32)
        lengths = [s.stop - s.start for s in spans]
        values = np.concatenate([self._values[s] for s in spans])
        values *= np.repeat(np.array(weights, dtype=np.float32), lengths)
        summed = np.bincount(np.concatenate([self._rows[s] for s in spans]), weights=values, minlength=self._size)
        cosine: Floats = (summed / max(total, 1e-9) ** 0.5).astype(np.float32)
        return cosine

    def gram_matrix(self) -> Floats:
        """Cosine of every indexed text with every other."""
        matrix = np.zeros((self._size, self._size), dtype=np.float32)
        for start, end in zip(self._starts[:-1], self._starts[1:], strict=True):
            if end - start > 1:
                rows, values = self._rows[start:end], self._values[start:end]
                matrix[np.ix_(rows, rows)] += values[:, None] * values
            else:
                row = self._rows[start]
                matrix[row, row] += self._values[start] ** 2
        return matrix
