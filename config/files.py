"""The environment of stored files: folders of this machine, or two buckets of S3-compatible storage."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config import environment as env

FOREVER = {"CacheControl": "public, max-age=31536000, immutable"}  # names are random, and contents never change
IN_MEMORY = 2_500_000  # bytes; what is larger is read into a temporary file


def storages(private_root: Path) -> dict[str, dict[str, Any]]:
    """Return Django's `STORAGES` for pictures and for private files."""
    bucket, private_bucket = env.text("S3_BUCKET"), env.text("S3_PRIVATE_BUCKET")
    if not bucket and not private_bucket:
        modes = {"directory_permissions_mode": 0o700, "file_permissions_mode": 0o600}
        return {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "private": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": private_root, **modes},
            },
        }
    if not bucket or not private_bucket or bucket == private_bucket:
        env.refuse("S3_BUCKET and S3_PRIVATE_BUCKET must name two buckets: for pictures and for private files.")
    if not env.text("MEDIA_URL"):
        env.refuse("S3_BUCKET needs MEDIA_URL, the address where everybody can read its files.")
    if not find_spec("storages"):
        env.refuse("S3_BUCKET needs more packages: install requirements/s3.txt.")
    endpoint = env.url("S3_ENDPOINT", like="https://s3.example.org")
    common: dict[str, Any] = {"endpoint_url": endpoint or None, "region_name": env.text("S3_REGION") or None}
    common |= {"default_acl": None, "max_memory_size": IN_MEMORY}
    pictures = common | {"bucket_name": bucket, "object_parameters": FOREVER}
    return {
        "default": {"BACKEND": "config.s3.Bucket", "OPTIONS": pictures},
        "private": {"BACKEND": "config.s3.Bucket", "OPTIONS": common | {"bucket_name": private_bucket}},
    }
