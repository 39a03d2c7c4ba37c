"""`onestop`: the product on the command line (contract §1). Each command's module is imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.cli.runner import group, run

COMMANDS = {
    "serve": "bot.cli.serve",
    "worker": "bot.cli.serve",
    "migrate": "bot.cli.maintenance",
    "demo": "bot.demo.running:run_demo",
    "staff": "bot.cli.accounts",
    "token": "bot.cli.accounts",
    "audit": "bot.cli.audit",
    "understand": "bot.cli.offline",
    "knowledge": "bot.cli.offline",
    "calendar": "bot.cli.calendar",
    "deadline": "bot.cli.offline",
    "cases": "bot.cli.reporting",
    "firms": "bot.cli.firms",
    "annual": "bot.cli.annual",
    "turnaround": "bot.cli.reporting",
    "outlook": "bot.cli.outlook",
    "open-data": "bot.cli.open_data:open_data_app",
    "measures": "bot.cli.reporting",
    "richmenu": "bot.cli.richmenu",
    "feeds": "bot.cli.feeds",
    "plots": "bot.cli.plots",
    "questions": "bot.cli.questions",
    "retention": "bot.cli.maintenance",
    "backup": "bot.cli.maintenance",
    "restore": "bot.cli.maintenance",
    "files": "bot.cli.maintenance",
    "search": "bot.cli.maintenance",
}
"""Which module holds a command, as ``<name>_app`` or as the function named."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(group(COMMANDS), sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    main()
