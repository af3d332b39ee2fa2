"""Files in S3-compatible storage, which several machines share. It is imported only if a bucket is set."""

import mimetypes
from collections.abc import Callable
from functools import wraps
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

mimetypes.add_type("image/webp", ".webp")  # unknown to Python 3.11
OPERATIONS = ("_open", "_save", "delete", "exists", "listdir", "size", "get_modified_time")
LIMITS = {"connect_timeout": 3, "read_timeout": 10, "retries": {"total_max_attempts": 2}}  # seconds
# Many compatible services do not know the checksums that Amazon's has since 2025.
COMPATIBLE = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """django-storages' bucket. It never waits long, and fails with `OSError`, as a folder does."""

    def __init__(self, **options: Any) -> None:
        style = "path" if options.get("endpoint_url") else "auto"
        config = Config(s3={"addressing_style": style}, signature_version="s3v4", **LIMITS, **COMPATIBLE)
        super().__init__(client_config=config, **options)

    def _open(self, name: str, mode: str = "rb") -> Any:
        file = super()._open(name, mode)
        return file.open()  # read it now, so that it fails here


def _as_of_a_folder(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def ask(*args: Any, **kwargs: Any) -> Any:
        try:
            return operation(*args, **kwargs)
        except (BotoCoreError, Boto3Error, ClientError) as error:
            raise OSError(f"{type(error).__name__}: {error}") from error

    return ask


for _name in OPERATIONS:
    setattr(Bucket, _name, _as_of_a_folder(getattr(Bucket, _name)))
