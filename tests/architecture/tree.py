"""The files of the repository as the rules look at them: what is written here, without environments and caches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "routing", "knowledge")

_MADE = {".git", ".venv", ".venv-docs", "__pycache__", "node_modules", ".idea", ".vscode"}
_MADE_AT_THE_TOP = {"build", "dist", "data", ".env"}
_BINARY = {".png", ".jpg", ".jpeg", ".gz", ".npz", ".ico", ".pyc", ".db", ".ods", ".xlsx", ".woff2"}


def files() -> Iterator[Path]:
    """Every file of the repository that a person wrote or a lock holds."""
    for path in sorted(_walk(ROOT)):
        if path.suffix not in _BINARY:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        name = path.name
        made = name in _MADE or name.endswith((".egg-info", "_cache")) or name == ".hypothesis"
        if made or (folder == ROOT and name in _MADE_AT_THE_TOP):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python module under these folders, parsed; migrations are history and left alone."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" not in path.parts and "__pycache__" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """The path as a person would type it at the top of the repository."""
    return path.relative_to(ROOT).as_posix()
