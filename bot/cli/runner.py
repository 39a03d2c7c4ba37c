"""Running the command line: one clear line for whatever goes wrong, exit 2 for bad arguments, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from bot.settings import SettingsError
from knowledge.calendar.official_days import CalendarError
from knowledge.loading import KnowledgeError
from knowledge.offices.directory import OfficeDataError
from routing.domain.errors import Invalid, OnestopError
from routing.service.maintenance import databases

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What typer raises for arguments it cannot use; it has no public name."""


def group(commands: Mapping[str, str]) -> typer.Typer:
    """The program: each command by the module that holds it as ``<name>_app``, or by ``module:function``.

    A command's module is imported when it is asked for: the web server takes seconds to import, which whoever
    computes a deadline should not wait for.
    """

    class Commands(TyperGroup):
        """Commands that are imported when asked for."""

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
            """The names, in the order of the table."""
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            """The command of this name."""
            module = commands.get(cmd_name)
            if module is None:
                return None
            place, _, name = module.partition(":")
            made = getattr(import_module(place), name or f"{cmd_name}_app")
            app = made if isinstance(made, typer.Typer) else _program(made)
            app.rich_markup_mode = None
            app._add_completion = False  # noqa: SLF001 - the whole program says so, its parts are made elsewhere
            found = typer.main.get_command(app)
            found.name = cmd_name
            return found

    app = typer.Typer(
        cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        help="單一窗口：收件、分案、時效。",
    )  # fmt: skip
    app.callback()(_nothing)
    return app


def _program(function: Callable[[], int]) -> typer.Typer:
    """A function that gives an exit code, as a command without options."""
    app = typer.Typer()

    @app.command(help=(function.__doc__ or "").partition("\n")[0])
    def program() -> None:
        raise typer.Exit(function())

    return app


def _nothing() -> None:
    """單一窗口：收件、分案、時效。"""  # noqa: D415 - a Chinese sentence, shown as the help


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run one command; gives the exit code."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        code = app(list(arguments), prog_name="onestop", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except _EXPECTED as error:
        return _explained(error)
    return code if isinstance(code, int) else 0


_EXPECTED = (
    UsageError, typer.Abort, KeyboardInterrupt, OnestopError, CalendarError, SettingsError, KnowledgeError,
    OfficeDataError, SQLAlchemyError, UnicodeDecodeError, OSError,
)  # fmt: skip


def _explained(error: BaseException) -> int:
    """Say what went wrong in one line: 2 where the arguments or the input are to be changed."""
    code, message = 1, str(error)
    if isinstance(error, UsageError):
        return _usage(error)
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        code, message = 130, "已中止。"
    elif isinstance(error, Invalid | CalendarError):
        code = 2
    elif isinstance(error, UnicodeDecodeError):
        code, message = 2, "檔案編碼不是 UTF-8。"
    elif (trouble := databases.explained(error)) is not None and trouble.code != "database_unavailable":
        message = trouble.message
    elif isinstance(error, SQLAlchemyError):
        message = f"資料庫無法使用（{type(error).__name__}）；請檢查 ONESTOP_DATABASE_URL 與資料庫服務。"
    elif isinstance(error, OSError):
        message = f"{error.filename or '檔案'}：{error.strerror or type(error).__name__}"
    return _say(" ".join(message.split()), code)


def _usage(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.ctx.get_help())
        return _say(f"{error.ctx.command_path} 之後要接一個子命令，如上。", 2)
    return _say(" ".join(str(error.format_message()).split()), 2)


def _say(message: str, code: int) -> int:
    print(f"錯誤：{message}", file=sys.stderr)
    return code
