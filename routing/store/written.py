"""A text that is written so: by GLOB on SQLite, which scans without Python; by a regular expression on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class written(FunctionElement[bool]):  # noqa: N801 - it reads as a function of SQL
    """A text that is written so: column, GLOB for SQLite, LIKE and regular expression for PostgreSQL.

    The GLOB says exactly what the regular expression says.
    """

    inherit_cache = True
    name = "written"
    type = Boolean()


class written_about(written):  # noqa: N801
    """The same where the GLOB finds more than the regular expression does."""

    inherit_cache = True


@compiles(written)
def _written(element: written, compiler: SQLCompiler, **options: Any) -> str:
    column, _, like, regex = (compiler.process(one, **options) for one in element.clauses)
    return f"({column} LIKE {like} ESCAPE '/' AND {column} ~ {regex})"


@compiles(written, "sqlite")
def _written_on_sqlite(element: written, compiler: SQLCompiler, **options: Any) -> str:
    column, glob, _, regex = element.clauses
    said = compiler.process(column, **options)
    found = f"{said} GLOB {compiler.process(glob, **options)}"
    if isinstance(element, written_about):
        # Not AND, which asks for the right side also where the column is NULL.
        return f"CASE WHEN {found} THEN {said} REGEXP {compiler.process(regex, **options)} ELSE 0 END"
    return found
