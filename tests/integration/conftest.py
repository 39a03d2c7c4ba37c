"""A branch with its people, on each database in turn, and a case in it; modules that want another say so themselves."""

import pytest

from tests.harness.branch import branch_on, cast
from tests.harness.databases import BOTH


@pytest.fixture(params=BOTH)
def branch(request):
    with branch_on(request.param) as branch:
        cast(branch)
        yield branch


@pytest.fixture
def number(branch):
    """Alice's case, of a firm on LINE, an hour old."""
    number = branch.open(contact_id=branch.contact())
    branch.later(1)
    return number
