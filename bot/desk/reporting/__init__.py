"""Pages of supervisors.

pygal hooks itself into Python's imports to find plug-ins of its own, in a way that Python gave up in 3.12 and warns of
in 3.11 at every later import that fails. We have no plug-ins of it, so its hook is taken out again.
"""

from __future__ import annotations

import sys

import pygal

sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]
