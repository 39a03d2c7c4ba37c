"""Base of the suite: where the shared fixtures come from.

- tests/harness/memory_files.py: temporary files, and so SQLite's databases, are made in memory.
- tests/harness/requirements.py: tests marked `postgres` or `browser` are skipped by name where these are missing.
- tests/harness/fixtures_database.py: `postgres_url`, `database_url`, `empty_database_url`.
- tests/harness/fixtures_browser.py: `chromium`, `page`.
- tests/harness/fixtures_golden.py: `golden`.
"""

from tests.harness.memory_files import use_memory

use_memory()

pytest_plugins = [
    "tests.harness.requirements",
    "tests.harness.fixtures_database",
    "tests.harness.fixtures_browser",
    "tests.harness.fixtures_golden",
]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes are named by their argument: those that hold an hour would have another name in each worker."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None
