from __future__ import annotations

import json
import os
import sys

from flows.processes.children import start, stop

KEY = "sk-canary-ENVIRONMENT-0123456789"


def test_a_child_inherits_what_python_needs_and_what_it_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEY", KEY)
    (tmp_path / "shown.py").write_text("import json, os\nprint(json.dumps(dict(os.environ)))\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    process = start("shown", [], log=tmp_path / "log", environment={"GIVEN": "yes"})
    process.wait(60)
    stop(process)
    shown = json.loads((tmp_path / "log").read_text())
    assert shown["GIVEN"] == "yes"
    assert KEY not in shown.values()
    assert shown["PATH"] == os.environ["PATH"]
