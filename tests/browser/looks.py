"""Each page in all its looks: on a phone and on a desk, in light and dark mode.

A story opens the page once: its style sheet, like axe, goes by the window and the scheme of the moment.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.browser.conftest import Browser
from tests.clients import npm

SIZES = {"small": (360, 740), "large": (1280, 800)}  # a story goes on with the last one
EVERY = frozenset({"minor", "moderate", "serious", "critical"})
SERIOUS = frozenset({"serious", "critical"})  # for pages whose markup is that of others
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
AXE = """
const [rules, answer] = arguments;
const nextFrame = () => new Promise(requestAnimationFrame);
const standsStill = async () => {
    await nextFrame();
    while (document.getAnimations().length) {
        document.getAnimations().forEach((animation) => animation.finish());
        await nextFrame();
    }
};
const check = () => axe.run(document, {resultTypes: ["violations"], ...rules});
standsStill().then(check).then(({violations}) => answer(JSON.stringify(
    violations.map(({id, impact, nodes}) => [
        id, impact, nodes.slice(0, 5).map(({html, any}) => [html.slice(0, 300), any[0]?.message])
    ]))));
"""


def looks(browser: Browser) -> Iterator[str]:
    """Show the page in each look; gives the name that pictures of this look end with."""
    for name, size in SIZES.items():
        for dark in (True, False):
            browser.show(*size, dark=dark)
            yield f"{name}{'-dark' if dark else ''}"


def faults(
    browser: Browser, picture: str = "", *, impacts: frozenset[str] = EVERY, known: frozenset[str] = frozenset()
) -> list[Any]:
    """What is wrong with the page in any look: what axe finds, what is wider than the window, what the policy stopped.

    Of axe's rules, those that are `known` do not count. A `picture` of each look is kept under this name.
    """
    npm.installed()
    found: list[Any] = []
    for look in looks(browser):
        found += [
            [look, *barrier]
            for barrier in barriers(browser, colours_alone="dark" in look)  # dark mode changes nothing else
            if barrier[1] in impacts and barrier[0] not in known
        ]
        if browser.execute_script("return document.documentElement.scrollWidth > innerWidth"):
            found.append([look, "wider than the window"])
        if picture:
            browser.picture(f"{picture}-{look}")
    return found + [entry for entry in browser.get_log("browser") if "Content Security Policy" in entry["message"]]


def barriers(browser: Browser, *, colours_alone: bool = False) -> list[Any]:
    """What axe finds on the page as it is shown: the rule, its impact, and the first elements that break it."""
    if not browser.execute_script("return 'axe' in window"):
        axe = (npm.PACKAGES / "axe-core" / "axe.min.js").read_text()
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    return list(json.loads(browser.execute_async_script(AXE, {"runOnly": COLOURS} if colours_alone else {})))
