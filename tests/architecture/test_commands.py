"""Every command, its arguments and options stand in docs/commands.md, in the words of its own help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from bot.__main__ import COMMANDS
from bot.cli.runner import group
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs/commands.md").read_text(encoding="utf-8")


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    context = command.make_context("onestop", [], resilient_parsing=True)
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for name in command.list_commands(context):
        yield from commands(command.get_command(context, name), (*path, name))


def row(path: tuple[str, ...], command: Any) -> str:
    """Its line of the table."""
    given = [one for one in command.params if one.name != "help"]
    words = [one.opts[0] if one.param_type_name == "option" else one.name.upper() for one in given]
    shown = " ".join(f"`{word}`" for word in words) or "–"
    return f"| `onestop {' '.join(path)}` | {shown} | {command.help.partition(chr(10))[0]} |"


def test_every_command_is_documented_with_its_options_and_nothing_else() -> None:
    wanted = [row(path, command) for path, command in commands(typer.main.get_command(group(COMMANDS)))]
    assert [line for line in PAGE.splitlines() if line.startswith("| `onestop ")] == wanted
