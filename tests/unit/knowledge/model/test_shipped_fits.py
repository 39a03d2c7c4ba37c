"""The fits that ship are those of the knowledge that ships."""

import numpy as np

from knowledge.loading import load_knowledge
from knowledge.model.fitting import Plan
from knowledge.model.matching import KernelMatcher
from knowledge.model.shipped import pack, shipped_fits, unpack


def test_every_language_starts_without_fitting():
    """Whoever changes a phrasing runs ``make fits``; else every new process would first fit for seconds."""
    plan = Plan.of(load_knowledge())
    wanted = {KernelMatcher.fingerprint(plan.examples(group), plan.targets) for group in ("zh", "en", "ja")}
    assert wanted == set(shipped_fits())


def test_eight_bits_lose_at_most_half_a_step():
    weights = np.random.default_rng(1).normal(size=(50, 7)).astype(np.float32)
    packed, scale = pack(weights)
    assert np.abs(unpack(packed, scale) - weights).max() <= scale.max() / 2 + 1e-6
