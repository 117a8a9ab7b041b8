"""Django's own look at a production finds nothing (security goal N1)."""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def look(tmp_path, **more):
    """(exit code, what it said) of `check --deploy` with the settings of a careful operator, in a process of its own."""
    given = {
        "PATH": os.environ["PATH"],
        "MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": "one:" + base64.b64encode(os.urandom(32)).decode(),
        "ORIGIN": "https://chat.example.org",
        "REDIS_URL": "redis://redis.example.org:6379/0",
        "DATABASE_URL": "postgres://somebody@data.example.org/toeverlaat",
        "KEYS_DATABASE_URL": "postgres://somebody@keys.example.org/toeverlaat",
        "EMAIL_URL": "smtp+tls://somebody:secret@mail.example.org:587",
        "TRUSTED_PROXIES": "1",
        "VAR_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, cwd=ROOT, env={**given, **more}, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_production_has_no_warning(tmp_path):
    assert look(tmp_path) == (0, "System check identified no issues (0 silenced).\n")


def test_origin_without_encryption_is_warned_about(tmp_path):
    code, said = look(tmp_path, ORIGIN="http://chat.example.org")
    assert (code, "security.W012" in said, "config.E007" in said) == (1, True, True)
