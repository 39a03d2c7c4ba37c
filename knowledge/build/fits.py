"""Fits the shipped knowledge and writes data/model/fits.npz. Run it after any change of phrasings.

python -m knowledge.build.fits
"""

import io
import zipfile

import numpy as np

from knowledge.loading import load_knowledge
from knowledge.model.fitting import LazyMatchers, Plan
from knowledge.model.matching import KernelMatcher
from knowledge.model.shipped import FITS, pack
from knowledge.vocabulary import PHRASING_GROUPS


def main() -> None:
    """Fit every language group, from nothing."""
    plan = Plan.of(load_knowledge())
    matchers = LazyMatchers(plan, None, shipped={})
    arrays: dict[str, np.ndarray] = {}
    for group in PHRASING_GROUPS:
        name = KernelMatcher.fingerprint(plan.examples(group), plan.targets)
        arrays[f"weights-{name}"], arrays[f"scale-{name}"] = pack(matchers.of(group).weights)
        print(f"{group}: {arrays[f'weights-{name}'].shape[0]} phrasings")
    _write(arrays)
    print(f"{FITS.name}: {FITS.stat().st_size / 1e6:.1f} MB")


def _write(arrays: dict[str, np.ndarray]) -> None:
    """As np.savez_compressed, but with fixed times, so that the same fit gives the same file."""
    with zipfile.ZipFile(FITS, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content.getvalue(), zipfile.ZIP_DEFLATED
            )


if __name__ == "__main__":
    main()
