"""The settings of a server that can be kept busy on purpose."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.trust.busy_urls"
