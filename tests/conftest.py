"""Base of the suite: where the shared fixtures come from.

- tests/requirements.py: tests marked `postgres` or `browser` are skipped by name where these are missing.
- tests/fixtures_database.py: `postgres_url`, `database_url`, `empty_database_url`.
- tests/fixtures_browser.py: `chromium`, `page`.
- tests/fixtures_golden.py: `golden`.
"""

pytest_plugins = [
    "tests.requirements",
    "tests.fixtures_database",
    "tests.fixtures_browser",
    "tests.fixtures_golden",
]
