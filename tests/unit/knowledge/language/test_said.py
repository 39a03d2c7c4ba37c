"""What firms say, as data: every list of every file is read as one pattern."""

from importlib import resources

import pytest

from knowledge.files import yaml_text
from knowledge.language.said import ways

FILES = sorted((resources.files("knowledge") / "data" / "said").iterdir(), key=lambda path: path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_list_is_a_pattern_that_does_not_find_nothing(path):
    for what in yaml_text.read(path.read_text(encoding="utf-8")):
        assert ways(path.name.removesuffix(".yaml"), what).search("") is None
