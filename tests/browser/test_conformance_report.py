"""The page of a conformance report, in a real browser: it asks nobody for anything, and works."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from gemini_interactions._core.sse import Decoder, Frame
from gemini_interactions.conformance.corpus import examine_all
from gemini_interactions.conformance.examining import Options
from gemini_interactions.conformance.inputs import find_sources
from gemini_interactions.conformance.recordings import (
    Exchange,
    RecordedEvent,
    Recorder,
    Request,
    Response,
)
from gemini_interactions.conformance.report.page import html_report
from gemini_interactions.testing import InteractionsServer

from .chromium import Browser, Page

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "conformance.png"
TOOLS = [{"type": "function", "name": "lookup", "parameters": {"type": "object"}}]
PACE = "pace seconds=0.01"
TURNS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "answer": ("Count from 1 to 40.", PACE, {}),
    "search": ("[scenario: text-around-tool]", PACE, {"tools": [{"type": "google_search"}]}),
    "calls": ("[scenario: parallel 3]", PACE, {"tools": TOOLS}),
    "doubled": ("Count from 1 to 9.", f"doubled; {PACE}", {}),
    "broken-event": ("Count from 1 to 9.", f"malformed after=4; {PACE}", {}),
    "no-done": ("Hello.", f"no-done; {PACE}", {}),
}


def stream(server: InteractionsServer, prompt: str, fields: dict[str, Any]) -> Exchange:
    """A streamed create, with the time of every event."""
    body = {"model": "gemini-3-flash-preview", "input": prompt, "stream": True, **fields}
    url = f"{server.url}/v1beta/interactions"
    began = time.monotonic()
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        answer = pool.request("POST", url, json=body, preload_content=False)
        decoder, events = Decoder(), list[RecordedEvent]()
        while chunk := answer.read1(65536):
            at = time.monotonic() - began
            for frame in decoder.feed(chunk):
                assert isinstance(frame, Frame)
                events.append(RecordedEvent(at=at, data=frame.data, event=frame.event))
    request = Request(method="POST", url=url, body=json.dumps(body).encode())
    response = Response(status=answer.status, headers=dict(answer.headers), events=tuple(events))
    return Exchange(request=request, response=response)


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on what the embedded server says, right and wrong."""
    folder = tmp_path_factory.mktemp("recorded") / "traffic"
    folder.mkdir()
    for name, (prompt, faults, fields) in TURNS.items():
        with InteractionsServer() as server, Recorder(folder / f"{name}.jsonl") as recorder:
            server.faults.parse(faults)
            recorder.write(stream(server, prompt, fields))
    (folder / "truncated.jsonl").write_text('{"recording": "gemini-interactions", "ver')
    with pytest.MonkeyPatch.context() as patch:  # names in the picture are those of no machine
        patch.chdir(folder.parent)
        report = examine_all(find_sources([folder.name]), Options())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_report(report, strict=False), "utf-8")
    return path


@pytest.fixture
def page(browser: Browser, report_file: Path) -> Page:
    page = browser.open_page(report_file)
    page.look(1200, 900)
    return page


def count(page: Page, selector: str) -> int:
    found: int = page.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length")
    return found


def test_the_page_is_quiet_and_alone(page: Page, report_file: Path) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert page.messages == []
    assert [url for url in page.requests if not url.startswith("data:")] == [report_file.as_uri()]
    assert count(page, "figure") == len(TURNS)


def test_the_policy_lets_nothing_else_in(page: Page) -> None:
    """What an attacker would try fails, and is said in the console."""
    page.evaluate(
        "const injected = document.createElement('script');"
        "injected.textContent = 'window.owned = true'; document.body.append(injected);"
        "fetch('https://example.com/').catch(() => 0)"
    )
    assert page.evaluate("window.owned === undefined")
    assert any("Content Security Policy" in message for message in page.messages)


def test_filters_hide_and_show(page: Page) -> None:
    groups = count(page, "#deviations .group")
    assert groups > 3
    page.evaluate("document.querySelector('#deviations [type=search]').focus()")
    page.type("after-stop")
    assert count(page, "#deviations .group:not([hidden])") == 1
    page.type(" nobody says this")
    assert count(page, "#deviations .group:not([hidden])") == 0
    assert count(page, "#deviations .none:not([hidden])") == 1
    page.evaluate("document.querySelector('#coverage [name=seen]').click()")
    seen = count(page, "#coverage details[data-find]:not([hidden])")
    assert 0 < seen < count(page, "#coverage details[data-find]")
    assert count(page, "#coverage details.holder[open]") > 0
    assert page.evaluate(
        "[...document.querySelectorAll('#coverage details[data-find]:not([hidden])')]"
        ".every(each => each.dataset.marks.split(' ').includes('seen'))"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_sticks_out_and_all_can_be_read(page: Page, width: int, dark: bool) -> None:
    page.look(width, 800, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []


CONTRAST = """(() => {
  const channel = (value) => {
    value /= 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[0-9.]+/g).map(Number).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (!color.endsWith(", 0)")) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = new Set();
  for (const element of document.querySelectorAll("body *:not(script, svg, svg *)")) {
    const said = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!said || !element.checkVisibility()) continue;
    const front = luminance(getComputedStyle(element).color);
    const back = luminance(behind(element));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) poor.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...poor];
})()"""


def test_every_timeline_has_words(page: Page) -> None:
    """Who cannot see the picture is told what it shows."""
    labels = page.evaluate(
        "[...document.querySelectorAll('.lane svg')].map(each => each.getAttribute('aria-label'))"
    )
    assert len(labels) > 2 * len(TURNS)
    assert all(labels)
    assert any(label.startswith("step 1, model_output: text") for label in labels)


def test_the_picture_in_the_documentation(page: Page, request: pytest.FixtureRequest) -> None:
    """`pytest tests/browser --update-images` takes it anew; it has to be there."""
    page.look(1100, 2300)
    picture = page.screenshot()
    if request.config.getoption("--update-images"):
        IMAGE.parent.mkdir(exist_ok=True)
        IMAGE.write_bytes(picture)
    assert IMAGE.read_bytes()[:8] == picture[:8] == b"\x89PNG\r\n\x1a\n"
