"""A real browser on the real page: Debian's chromium, a WSGI server on loopback, and what the browser complained of."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = "/usr/bin/chromium"
_QUIET_START = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Told by the browser itself, also where nothing is printed to its console.
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
WIDTHS = {"small": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, or a skip that says what to install."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no browser: {CHROMIUM} is missing; `apt-get install chromium fonts-noto-core` brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET_START)
        yield browser
        browser.close()


@contextmanager
def served(app) -> Iterator[str]:
    """The address of an application on loopback, served as long as the block lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def zone_where_it_is(hour: int) -> str:
    """A time zone in which it is that hour now, as the page runs on the real clock."""
    east = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+d}"


class Phone:
    """The page as a person uses it. `faults` is all that the browser complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.faults = page, []
        page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda asked: None if asked.url.startswith((address, "data:")) else self._foreign(asked.url))
        page.add_init_script(_TELL_VIOLATIONS)
        page.goto(address + "/phone")
        # The first answer of the line brings the clock.
        expect(page.locator("#now")).to_contain_text("It is now")

    def _foreign(self, url: str) -> None:
        self.faults.append(f"asked another server: {url}")

    def says(self, body: str) -> None:
        """Type a text and send it; returns when it is answered."""
        box = self.page.get_by_label("Your text")
        box.fill(body)
        box.press("Enter")
        expect(self.page.get_by_role("button", name="Send")).to_be_enabled()
        expect(box).to_have_value("")

    def jumps(self, by: str) -> None:
        """Press 'Jump ahead 1 day' or '1 week'; returns when the clock has moved."""
        before = self.page.locator("#now").inner_text()
        self.page.get_by_role("button", name=f"Jump ahead {by}").click()
        expect(self.page.locator("#now")).not_to_have_text(before)

    def heard(self, words: str) -> Locator:
        """The bubbles of the line that hold these words."""
        return self.page.locator(".bubble.out", has_text=words)
