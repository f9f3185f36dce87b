"""The page in a real browser: it opens offline, without an error, verdicts on top, on a phone too."""

import html
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
from drawn_heads import head, paint

from facegen.audit.measures.measure_table import NAMES as MEASURED
from facegen.audit.report.report_page import thumbnail, write_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell")
BROWSER = os.environ.get("FACEGEN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium found (set FACEGEN_CHROMIUM)")
# Written into the page under test: what a browser makes of it, told to the page that frames it.
PROBE = """<script>addEventListener("load", () => {
  const wide = document.documentElement.scrollWidth > innerWidth + 1;
  const broken = [...document.images].filter(i => !i.naturalWidth).length;
  const cards = [...document.querySelectorAll(".card")];
  const first = cards[0].getBoundingClientRect().top;
  const words = cards.map(card => card.innerText);
  const change = document.querySelector("ol li").innerText;
  const images = document.images.length;
  parent.postMessage(JSON.stringify({wide, broken, images, first, words, change, width: innerWidth}), "*");
})</script>"""
# A window has a least width; a frame in it can be as narrow as a phone.
FRAME = """<!doctype html><script>addEventListener("message", told => {
  const probe = document.createElement("p");
  probe.id = "probe";
  probe.textContent = told.data;
  document.body.append(probe);
})</script><body><iframe src="%s" width="%d" height="900" frameborder="0"></iframe></body>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, tilted_audit, tilted):
    out = tmp_path_factory.mktemp("report")
    small = [thumbnail(paint(head()), "<b>&</b>")]
    return write_report(tilted_audit, tilted, [], small, out)[0]


def opened(page, width):
    """What the browser found in the page at a screen width, and its log."""
    import json

    probed = page.with_name(f"probe-{width}.html")
    # The policy of the page forbids scripts; for the probe alone it is taken out.
    text = re.sub(r"<meta http-equiv=.Content-Security-Policy.[^>]*>", "", page.read_text())
    probed.write_text(text.replace("</head>", PROBE + "</head>"))
    frame = page.with_name(f"frame-{width}.html")
    frame.write_text(FRAME % (probed.name, width))
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1300,900", "--virtual-time-budget=4000",
        f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", frame.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<p id="probe">(.*?)</p>', done.stdout)
    assert found, done.stderr[-2000:]
    return json.loads(html.unescape(found[1])), done.stderr


@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_opens_without_errors(page, width):
    found, log = opened(page, width)
    assert "CONSOLE" not in log, log[-2000:]
    assert found["images"] > 50 and found["broken"] == 0
    assert not found["wide"], f"wider than a screen of {found['width']} pixels"
    assert found["width"] == width and found["first"] < 700  # the first verdict shows without scrolling
    content, everything, differ = found["words"]
    assert "Content" in content and "differs" in content and "differs" in everything
    assert differ.startswith("Attributes that differ") and f" of {len(MEASURED)}" in differ
    assert found["change"].startswith("roll: real")


def test_the_policy_lets_no_script_run(page):
    """As delivered: the page's own policy stops even a script that got in."""
    spoiled = page.with_name("spoiled.html")
    script = "<script>document.title = 'owned'</script>"
    spoiled.write_text(page.read_text().replace("</body>", script + "</body>"))
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000",
        f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", spoiled.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert title and "owned" not in title[1]


def test_the_probe_counts_what_is_there(page):
    assert len(re.findall("<img ", page.read_text())) == opened(page, 1200)[0]["images"]
    assert np.isfinite(opened(page, 1200)[0]["first"])
