"""A branch with its people, on each database in turn, and a case in it; modules that want another say so themselves."""

import pytest

from tests.factories import DATABASES, branch_on, cast


@pytest.fixture(params=DATABASES)
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
