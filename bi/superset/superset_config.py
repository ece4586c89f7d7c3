"""Settings of Apache Superset for the example dashboard. Everything it writes is in SUPERSET_HOME."""

import os
import secrets
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"]).resolve()
_KEY = HOME / "secret_key"
if not _KEY.exists():
    _KEY.touch(mode=0o600)
    _KEY.write_text(secrets.token_urlsafe(42))
SECRET_KEY = _KEY.read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"
# DuckDB is a file on this machine, which Superset calls unsafe. The connection is read-only.
PREVENT_UNSAFE_DB_CONNECTIONS = False
SESSION_COOKIE_SAMESITE = "Lax"
# Nothing is loaded from other hosts: not the map tiles, and not the pixel that counts installations.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'", "'unsafe-eval'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # it is on the loopback address
    "session_cookie_secure": False,
}
