"""The server's settings with one more address: a bare view to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
