"""How gunicorn serves Superset: one process, on loopback, until Ctrl-C. Gunicorn reads this file by name.

Tested in tests/infra/superset/test_server.py.
"""

from __future__ import annotations

import os
from typing import Any

wsgi_app = "superset.app:create_app()"
bind = f"127.0.0.1:{os.environ['ALIGNTAX_BI_PORT']}"
workers = 1
worker_class = "gthread"
threads = 8
timeout = 120
graceful_timeout = 5
preload_app = True  # the address is printed when the first page can be asked for
loglevel = "warning"


def when_ready(_server: Any) -> None:
    """Say where to look, once Superset answers."""
    print(os.environ["ALIGNTAX_BI_READY"], flush=True)  # noqa: T201 - the command's output
