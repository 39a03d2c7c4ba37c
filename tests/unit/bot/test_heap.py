"""What stays in memory is left alone by later collections, in processes that are the product's alone."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from bot import heap
heap.settle(); heap.resettle()
before = gc.get_freeze_count()
heap.claim()
claimed = gc.get_freeze_count()
made = [[number] for number in range(5000)]
heap.settle()
settled = gc.get_freeze_count()
del made
ring = []; ring.append(ring); del ring
heap.resettle()
print(before, claimed > 0, settled - claimed >= 5000, gc.get_freeze_count() < settled - 4900)
"""


def test_only_a_claimed_process_freezes_what_it_made():
    found = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["0", "True", "True", "True"]
