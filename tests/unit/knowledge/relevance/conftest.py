"""The shipped entries, read and fitted once for all tests of this folder."""

import pytest

from knowledge.loading import load_knowledge
from knowledge.understand import Understander


@pytest.fixture(scope="package")
def base():
    return load_knowledge()


@pytest.fixture(scope="package")
def understander(base):
    return Understander(base)
