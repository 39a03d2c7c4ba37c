"""Writes YAML that a person can edit."""

import yaml


class BlockDumper(yaml.SafeDumper):
    """Long texts as blocks, so that a person can edit them."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


BlockDumper.add_representer(str, _text)
