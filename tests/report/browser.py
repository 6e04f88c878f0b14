"""Looks at a page in headless Chromium, as wide as is asked for."""

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--dump-dom", "--window-size=1600,1200"),
)

# Everything that stands out of the page to the right, and in no box that scrolls or cuts.
LOOK = """
const isInside = (item, root) => {
  for (let at = item.parentElement; at && at !== root; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== "visible") return true;
  }
  return false;
};
const look = (frame) => {
  const page = frame.contentDocument, width = page.documentElement.clientWidth;
  for (const item of page.querySelectorAll("details")) item.open = true;
  const out = [...page.querySelectorAll("body *")].filter((item) =>
    item.getBoundingClientRect().right > width + 0.5 && !isInside(item, page.body));
  return {
    frame: frame.clientWidth, width, page: page.documentElement.scrollWidth,
    out: out.map((item) => `${item.tagName} ${item.className}: ${item.textContent.slice(0, 60)}`),
    told: told(page, frame.contentWindow),
  };
};
addEventListener("load", () => {
  const seen = [...document.querySelectorAll("iframe")].map(look);
  document.body.textContent = `<<<${JSON.stringify(seen)}>>>`;
});
"""


@dataclass(frozen=True)
class Seen:
    """What a page was like: console messages, and for each width what the script looked at."""

    console: list[str]
    frames: list[dict[str, Any]]


def look(
    folder: Path, page: str, widths: tuple[int, ...], told: str = "null", is_dark: bool = False
) -> Seen:
    """Load `page` in frames of `widths`; `told` is an expression on its (page, view).

    Skips the test where there is no Chromium.
    """
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("chromium is missing: no browser to look at pages with")
    frames = "".join(
        f'<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{html.escape(page)}">'
        "</iframe>"
        for width in widths
    )
    script = f"<script>const told = (page, view) => {told};{LOOK}</script>"
    path = folder / "look.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{script}<body>{frames}")
    scheme = ("--blink-settings=preferredColorScheme=0",) if is_dark else ()
    done = subprocess.run(
        (browser, *FLAGS, *scheme, f"--user-data-dir={folder / 'profile'}", path.as_uri()),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = re.search(r"&lt;&lt;&lt;(.*)&gt;&gt;&gt;", done.stdout, re.S)
    assert found, f"the page must load, and does not:\n{done.stdout[-500:]}\n{done.stderr[-2000:]}"
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Seen(console, json.loads(html.unescape(found[1])))
