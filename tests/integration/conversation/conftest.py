"""A branch and a firm that writes to it. What is said does not depend on the database: a test asks for both itself."""

import pytest

from tests.harness.branch import branch_on, cast_in_every_unit
from tests.harness.chat import Chat


@pytest.fixture
def branch(request):
    """On SQLite, unless the test asks for both (``parametrize("branch", BOTH, indirect=True)``)."""
    with branch_on(getattr(request, "param", "sqlite")) as branch:
        cast_in_every_unit(branch)
        yield branch


@pytest.fixture
def chat(branch):
    return Chat(branch)
