"""Chromium without a window, for the stories that need a real browser; skipped where it is missing."""

import io
import os
from collections.abc import Iterator
from shutil import which

import pytest
from PIL import Image
from selenium.common import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.wait import WebDriverWait

from tests import pictures
from tests.servers import PATIENCE

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
        """See that the window shows something, and keep it in 256 colours if the documentation is to have it."""
        shown = Image.open(io.BytesIO(self.get_screenshot_as_png())).convert("RGB")
        assert any(darkest != brightest for darkest, brightest in shown.getextrema()), f"{name} is blank"
        if "SCREENSHOTS" in os.environ and f"{name}.png" in pictures.documented():
            shown.quantize(256).save(pictures.FOLDER / f"{name}.png", optimize=True)

    @property
    def patience(self) -> WebDriverWait["Browser"]:
        """Wait, also for an element of a page that is just replaced: it is found, and then asked for its text."""
        gone_meanwhile = [NoSuchElementException, StaleElementReferenceException]
        return WebDriverWait(self, PATIENCE, poll_frequency=0.05, ignored_exceptions=gone_meanwhile)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    binary, driver = which("chromium"), which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("Chromium is not here; Debian's packages are chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = binary
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]:
        options.add_argument(flag)
    with Browser(options, ChromeService(driver)) as chromium:  # the path keeps Selenium from fetching one
        yield chromium


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """One window that remembers nobody. With SCREENSHOTS set, the pictures of the documentation are taken."""
    first, *others = chromium.window_handles
    for window in others:
        chromium.switch_to.window(window)
        chromium.close()
    chromium.switch_to.window(first)
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chromium.get_log("browser")  # what was said before is not this story's
    return chromium
