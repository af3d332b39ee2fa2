"""Chromium without a window, for the stories that need a real browser; skipped where it is missing."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = [
    "--headless=new",
    "--no-sandbox",  # for containers and root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


class Browser(Chrome):
    """Chromium, its size and colours as a story wants them."""

    def show(self, width: int, height: int, *, dark: bool = False) -> None:
        """As on a screen of this size, by day or by night."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def picture(self, name: str) -> None:
        """See that the window shows something, and keep it in 256 colours if pictures are wanted."""
        shown = Image.open(io.BytesIO(self.get_screenshot_as_png())).convert("RGB")
        assert any(darkest != brightest for darkest, brightest in shown.getextrema()), f"{name} is blank"
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            shown.quantize(256).save(Path(folder) / f"{name}.png", optimize=True)

    @property
    def patience(self) -> WebDriverWait["Browser"]:
        return WebDriverWait(self, 20, poll_frequency=0.05)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A fresh profile each. Pictures go to the directory SCREENSHOTS, if it is set."""
    chromium, driver = which("chromium"), which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium is not here; Debian's packages are chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]:
        options.add_argument(flag)
    with Browser(options, ChromeService(driver)) as browser:  # the path keeps Selenium from fetching one
        yield browser
