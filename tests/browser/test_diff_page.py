"""The page of a comparison, as people meet it: in a browser.

`--update-images` takes its picture for the documentation anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interactions_codegen.cli import main

from .chromium import Browser, Page

REPOSITORY = Path(__file__).parents[2]
IMAGES = REPOSITORY / "docs" / "images"
OLD, NEW = "2026-05-07", "2026-05-20"

VISIBLE = "[...document.querySelectorAll({selector!r})].filter((e) => e.checkVisibility())"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "diff.html"
    spec = str(REPOSITORY / "spec")
    assert main(["diff", OLD, NEW, "--spec", spec, "--format", "html", "--to", str(path)]) == 0
    return path


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The page, opened anew; in the end it has neither complained nor asked for anything."""
    page = browser.open_page(report)
    yield page
    assert page.messages == []
    assert page.requests == [report.as_uri()]


@pytest.fixture
def visible(page: Page) -> Callable[[str], list[str]]:
    """The texts of what a selector finds and people see."""

    def texts(selector: str) -> list[str]:
        script = VISIBLE.format(selector=selector) + ".map((e) => e.innerText)"
        found: list[str] = page.evaluate(script)
        return found

    return texts


def choose(page: Page, name: str, value: str) -> None:
    page.evaluate(
        f"(() => {{ const s = document.getElementById({name!r}); s.value = {value!r};"
        " s.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


def click(page: Page, selector: str) -> None:
    page.evaluate(f"document.querySelector({selector!r}).click()")


def found(page: Page) -> tuple[int, int]:
    """What the page says it shows: so many of so many changes."""
    few, all_of_them = page.evaluate("document.getElementById('found').textContent").split(" of ")
    return int(few), int(all_of_them.removesuffix(" changes"))


Visible = Callable[[str], list[str]]


def test_it_shows_every_change_and_nothing_that_stayed(page: Page, visible: Visible) -> None:
    shown, total = found(page)
    assert shown == total == len(visible(".change")) > 200
    assert visible(".row.same") == []
    assert "InteractionStatus enum" in [" ".join(title.split()) for title in visible("h3")]


def test_the_whole_inventories(page: Page, visible: Visible) -> None:
    before = len(visible(".row"))
    click(page, "#unchanged")
    assert len(visible(".row.same")) > 100
    assert len(visible(".row")) > before + 100
    assert len(visible("h3")) == page.evaluate("document.querySelectorAll('h3').length")
    click(page, "#unchanged")
    assert len(visible(".row")) == before


def test_what_changed_is_level_with_what_it_was(page: Page) -> None:
    """A renamed field has its old name to the left and its new one to the right, in one line."""
    places = page.evaluate(
        """(() => {
          const row = [...document.querySelectorAll("#Interaction .row")].find(
            (row) => row.querySelector(".new .name")?.textContent === "steps");
          return [".old .name", ".new .name"].map((selector) => {
            const name = row.querySelector(selector), box = name.getBoundingClientRect();
            return [name.textContent, box.left, box.top];
          });
        })()"""
    )
    (old, left, top), (new, right, level) = places
    assert (old, new) == ("outputs", "steps")
    assert left < right
    assert top == level


def test_search(page: Page, visible: Visible) -> None:
    page.press("/", 191, "/")
    page.type("excludedPredefined")
    assert [" ".join(title.split()) for title in visible("h3")] == ["ComputerUse object"]
    assert found(page)[0] == len(visible(".change")) == 1
    page.press("Escape", 27)
    assert found(page)[0] == found(page)[1]
    page.type("no such thing anywhere")
    assert visible("h3") == []
    assert visible(".nothing") == ["Nothing like that changed."]
    assert found(page)[0] == 0


def test_search_for_a_type_shows_all_its_changes(page: Page, visible: Visible) -> None:
    choose(page, "search", "INTERACTIONSTATUSUPDATE")
    assert [" ".join(title.split()) for title in visible("h3")] == [
        "InteractionStatusUpdate object"
    ]
    assert visible(".row .new .name") == ["continuation_token", "usage"]


def test_search_for_a_value(page: Page, visible: Visible) -> None:
    choose(page, "search", "budget_exceeded")
    assert "InteractionStatus enum" in [" ".join(title.split()) for title in visible("h3")]


def test_one_audience_and_one_severity(page: Page, visible: Visible) -> None:
    counted = {}
    for audience in ("readers", "strict", "senders"):
        choose(page, "audience", audience)
        for name in ("risky", "additive", "neutral"):
            if page.evaluate(f"document.querySelector('[value={name}]').checked"):
                click(page, f"[value={name}]")
        assert found(page)[0] == len(visible(".change"))
        counted[audience] = found(page)[0]
    table = page.evaluate(
        "[...document.querySelectorAll('.counts tbody td:nth-of-type(1)')].map((e) => +e.innerText)"
    )
    assert list(counted.values()) == table
    assert len(set(table)) == 3


def test_one_kind(page: Page, visible: Visible) -> None:
    choose(page, "group", "routes")
    assert found(page)[0] == len(visible(".change")) == 1
    assert [" ".join(title.split()) for title in visible("h3")] == ["Api-Revision headers"]
    choose(page, "group", "values")
    groups = page.evaluate(VISIBLE.format(selector=".change") + ".map((e) => e.dataset.group)")
    assert set(groups) == {"values"}
    assert len(groups) == found(page)[0]


def test_by_keyboard_alone(page: Page) -> None:
    """Tab passes every control, and each shows that it has the focus."""
    reached: list[str] = []
    for _ in range(10):
        page.press("Tab", 9)
        reached.append(
            page.evaluate(
                "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return (e.id || e.value || e.className) + ' ' + s.outlineStyle; })()"
            )
        )
    controls = ["search", "audience", "group", "breaking", "risky", "additive", "neutral"]
    assert reached[:9] == [f"{name} solid" for name in ("skip", *controls, "unchanged")]
    page.evaluate("document.querySelector('[value=neutral]').focus()")
    before = found(page)[0]
    page.press(" ", 32, " ")
    assert found(page)[0] < before


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_it_fits_any_window(width: int, page: Page) -> None:
    page.look(width, 800)
    click(page, "#unchanged")
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    beside = page.evaluate(
        "(() => { const [a, b] = ['.old', '.new'].map((s) =>"
        " document.querySelector('.changed ' + s).getBoundingClientRect());"
        " return a.right <= b.left + 1; })()"
    )
    assert beside == (width > 704)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("dark", [False, True])
def test_everything_can_be_read(dark: bool, page: Page) -> None:
    """By day and in the dark: text stands out from what is behind it, by 4.5 to 1 at least."""
    page.look(1280, 800, dark=dark)
    click(page, "#unchanged")
    pairs = page.evaluate(
        """(() => {
          const behind = (e) => {
            for (; e; e = e.parentElement) {
              const colour = getComputedStyle(e).backgroundColor;
              if (!colour.startsWith("rgba")) return colour;
            }
            return "rgb(255, 255, 255)";
          };
          const found = {};
          for (const e of document.querySelectorAll("body *:not(script)")) {
            if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
            if (!e.checkVisibility() || e.closest("select, .skip")) continue;
            const key = getComputedStyle(e).color + " / " + behind(e);
            found[key] = e.className || e.tagName;
          }
          return found;
        })()"""
    )
    assert len(pairs) > 8
    for key, where in pairs.items():
        one, other = sorted(map(luminance, key.split(" / ")))
        assert (other + 0.05) / (one + 0.05) >= 4.5, f"{where}: {key}"
    paper = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (paper < 0.5) == dark


def test_what_the_policy_forbids_does_not_happen(
    browser: Browser, tmp_path: Path, report: Path
) -> None:
    """The test of the tests: a page with a foreign script and an image is told of."""
    path = tmp_path / "bad.html"
    text = report.read_text("utf-8")
    bad = "<script>window.owned = 1</script><img src='http://127.0.0.1:9/x.png'>"
    path.write_text(text.replace("<main", f"{bad}<main"), "utf-8")
    page = browser.open_page(path)
    assert page.evaluate("window.owned === undefined")
    assert any("Content Security Policy" in message for message in page.messages)
    path.write_text("<script>console.error('no'); x.y</script><img src='x.png'>", "utf-8")
    page = browser.open_page(path)
    assert any("no" in message for message in page.messages)
    assert any("x is not defined" in message for message in page.messages)
    assert (tmp_path / "x.png").as_uri() in page.requests


def test_its_picture(page: Page, pytestconfig: pytest.Config) -> None:
    """It can be taken; it is kept when asked for."""
    page.look(1280, 900)
    choose(page, "audience", "readers")
    for name in ("additive", "neutral"):
        click(page, f"[value={name}]")
    page.evaluate("document.getElementById('Interaction').scrollIntoView()")
    picture = page.screenshot()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000
    if pytestconfig.getoption("--update-images", default=False):
        IMAGES.mkdir(parents=True, exist_ok=True)
        (IMAGES / "diff.png").write_bytes(picture)
