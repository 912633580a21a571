"""Other tools' files: logs as samples, tables of answers and scores as frames.

An importer reads; it lands nothing and knows neither the warehouse nor the flows. The logs of another tool are one
module that states a ``LogTool``, and one line here: the command line makes a command of each.
"""

from __future__ import annotations

from tasks.importers import every_eval_ever, inspect_ai, lm_eval
from tasks.importers.log import LogTool

LOG_TOOLS: tuple[LogTool, ...] = (lm_eval.TOOL, inspect_ai.TOOL, every_eval_ever.TOOL)
