"""`onestop`: the product on the command line (contract §1). Each command's module is imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.cli.lines import group, run

COMMANDS = {
    "serve": "bot.cli.serving",
    "worker": "bot.cli.serving",
    "migrate": "bot.cli.upkeep",
    "demo": "bot.demo.running:run_demo",
    "staff": "bot.cli.accounts",
    "token": "bot.cli.accounts",
    "understand": "bot.cli.thinking",
    "knowledge": "bot.cli.thinking",
    "calendar": "bot.cli.calendars",
    "deadline": "bot.cli.thinking",
    "cases": "bot.cli.reporting",
    "turnaround": "bot.cli.reporting",
    "richmenu": "bot.cli.richmenus",
    "retention": "bot.cli.upkeep",
    "backup": "bot.cli.upkeep",
    "restore": "bot.cli.upkeep",
}
"""Which module holds a command, as ``<name>_app`` or as the function named."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(group(COMMANDS), sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    main()
