"""Conversations written as data: whose words are whose, waits, everyday words, three languages, after closing."""

import pytest

from tests.harness import script
from tests.harness.branch import branch_on


@pytest.mark.parametrize("path", script.scripts(), ids=lambda path: path.stem)
def test_what_is_said_reaches_whom_it_should(path):
    conversation = script.load(path)
    with branch_on("sqlite") as branch:
        script.Script(branch).play(conversation)
