"""Fits of the shipped knowledge, in 8 bits: a new process answers at once instead of fitting for seconds first.

Made by ``python -m knowledge.build.fits``. A fit is used only if its fingerprint is that of the active phrasings,
so knowledge that was edited since is fitted anew and never answered from an old fit.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from knowledge.loading import DATA
from knowledge.model.features import Floats

FITS = DATA / "model" / "fits.npz"


def pack(weights: Floats) -> tuple[np.ndarray, Floats]:
    """Weights in 8 bits, and the scale of each target. The error is at most half a step: 1/254 of the largest."""
    scale: Floats = np.maximum(np.abs(weights).max(axis=0), 1e-12) / 127
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)


def unpack(packed: np.ndarray, scale: Floats) -> Floats:
    """The weights that ``pack`` took."""
    weights: Floats = packed.astype(np.float32) * scale
    return weights


@cache
def shipped_fits(path: Path = FITS) -> dict[str, Floats]:
    """Weights by fingerprint; empty if none are shipped."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        names = [name.removeprefix("weights-") for name in stored.files if name.startswith("weights-")]
        return {name: unpack(stored[f"weights-{name}"], stored[f"scale-{name}"]) for name in names}
