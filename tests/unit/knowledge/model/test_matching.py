"""The kernel matcher and its closed form."""

import numpy as np

from knowledge.language.text import normalise
from knowledge.model.fitting import LazyMatchers, Plan
from knowledge.model.matching import Example, KernelMatcher, ridge


def test_ridge_solves_the_system():
    chance = np.random.default_rng(1)
    half = chance.normal(size=(600, 300)).astype(np.float32)
    kernel = (half @ half.T / 300).astype(np.float32)
    wanted = chance.normal(size=(600, 5)).astype(np.float32)
    solved = ridge(kernel.copy(), wanted)
    assert np.allclose((kernel + 0.3 * np.eye(600)) @ solved, wanted, atol=1e-3)


def test_a_kernel_that_is_not_positive_definite_gets_a_larger_ridge():
    kernel = -0.5 * np.eye(20, dtype=np.float32)
    solved = ridge(kernel.copy(), np.eye(20, dtype=np.float32))
    assert np.isfinite(solved).all()


def test_word_order_counts_little():
    """Traps 1.2: 怎麼申請補助 and 補助申請方式 should match."""
    matcher = KernelMatcher([Example(text="補助申請方式", targets=(0,)), Example(text="電梯保養申請", targets=(1,))], 2)
    assert matcher.score(normalise("怎麼申請補助")).targets.argmax() == 0


def test_nothing_known_and_nothing_asked_are_safe():
    assert KernelMatcher([], 3).score("土地").targets.tolist() == [0, 0, 0]
    assert KernelMatcher([Example(text="土地", targets=(0,))], 1).score("").targets.tolist() == [0]


def test_a_cached_fit_gives_the_same_weights(small_base, tmp_path):
    plan = Plan.of(small_base)
    first = LazyMatchers(plan, tmp_path).of("zh")
    second = LazyMatchers(plan, tmp_path).of("zh")
    assert np.array_equal(first.weights, second.weights)
    assert [p.suffix for p in tmp_path.iterdir()] == [".npy"]


def test_a_broken_cache_file_is_fitted_anew(small_base, tmp_path):
    plan = Plan.of(small_base)
    LazyMatchers(plan, tmp_path).of("zh")
    for path in tmp_path.iterdir():
        path.write_bytes(b"half a file")
    assert LazyMatchers(plan, tmp_path).of("zh").weights.shape[0] == len(plan.examples("zh"))
