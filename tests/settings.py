"""The settings under test: the server's own, with an environment and a fast password hasher."""

import os
from pathlib import Path

os.environ.setdefault("RATE_LIMITS", "off")
os.environ.setdefault("REGISTRATIONS", "open")
os.environ.setdefault("SECRET_KEY", "only for tests, and long enough for a server with a database")
os.environ["BASE_URL"] = "http://testserver"

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", PASSWORD_HASHERS[-1]]  # noqa: F405  # Argon2 is slow
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  # threads behind a test leave no connection
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}  # every test counts for itself
WHITENOISE_AUTOREFRESH = True  # each test's client would look at every file beforehand
POSTGRESQL_TIMEOUTS = dict.fromkeys(POSTGRESQL_TIMEOUTS, 0)  # noqa: F405  # stories that hold a lock may take their time
if MIGRATED := os.environ.get("MIGRATED_DATABASE"):  # is copied
    test = DATABASES["default"].setdefault("TEST", {})  # noqa: F405
    test["TEMPLATE"] = MIGRATED
    if "NAME" in test:  # SQLite's; two runs at once have one each
        test["NAME"] = str(Path(MIGRATED).with_name("test.sqlite3"))
