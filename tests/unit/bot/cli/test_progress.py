"""A bar on a terminal, nothing in a log."""

from __future__ import annotations

import io

from bot.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_each_per_cent_once_and_a_log_nothing():
    for out in (Terminal(), io.StringIO()):
        progress = Progress(out)
        lines = list(progress.along("檢查", ["a", "b"], at=lambda: 1, of=2))
        for done in range(401):
            progress.show("匯入", done, 400)
        progress.close()
        assert lines == ["a", "b"]
        said = out.getvalue()
        assert said.count("匯入") == (101 if out.isatty() else 0)
        assert said.endswith("100 %\n") or not out.isatty()
