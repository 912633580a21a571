"""Settings of Superset, which reads this file by name. Secrets and the metadata are in ``$SUPERSET_HOME``.

Tested in tests/infra/superset/test_server.py.
"""

from __future__ import annotations

import os
from pathlib import Path

_HOME = Path(os.environ["SUPERSET_HOME"])

SECRET_KEY = (_HOME / "secret_key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_HOME / 'superset.db'}?check_same_thread=false"
PREVENT_UNSAFE_DB_CONNECTIONS = True

# One process on one machine needs no Redis. Answers are not cached, so that a new publication is seen at once.
RATELIMIT_STORAGE_URI = "memory://"
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# A reader's browser asks no other host. The front end would ask for a tracking pixel and for maps; only this stops it.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # loopback
    "session_cookie_secure": False,
}
WTF_CSRF_ENABLED = True
SESSION_COOKIE_NAME = "aligntax_bi"  # another Superset on this host keeps its own session
FAB_ADD_SECURITY_API = False
LOG_LEVEL = "ERROR"
