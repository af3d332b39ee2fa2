"""The environment that the settings read under test; loaded as a plugin, before the settings are."""

import os

os.environ.setdefault("RATE_LIMITS", "off")
os.environ.setdefault("REGISTRATIONS", "open")
os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ["BASE_URL"] = "http://testserver"
