"""S3-compatible storage on this machine: the server of moto, with a bucket that everybody reads and a private one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests

from tests.servers import PATIENCE, free_port, wait_for_answer

PICTURES, PRIVATE = "pictures", "private"
EVERYBODY_READS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{PICTURES}/*"}
    ],
}


class Storage:
    """One server. `environment` is that of a Latchkey that keeps its files there."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "S3_BUCKET": PICTURES,
            "S3_PRIVATE_BUCKET": PRIVATE,
            "S3_ENDPOINT": self.url,
            "S3_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "MEDIA_URL": f"{self.url}/{PICTURES}",
        }
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for_answer(self.url, self.process, folder / "log")
        for bucket in (PICTURES, PRIVATE):
            requests.put(f"{self.url}/{bucket}", timeout=PATIENCE).raise_for_status()
        policy = json.dumps(EVERYBODY_READS)
        requests.put(f"{self.url}/{PICTURES}?policy", data=policy, timeout=PATIENCE).raise_for_status()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@contextmanager
def storage() -> Iterator[Storage]:
    """Start one; the test is skipped where moto is not installed."""
    if not find_spec("moto") or not find_spec("storages"):
        pytest.skip("moto or django-storages is not installed")
    with TemporaryDirectory(prefix="latchkey-") as name:
        server = Storage(Path(name))
        try:
            yield server
        finally:
            server.end()
