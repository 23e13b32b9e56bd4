"""The reports: what they say, and that nothing a spec says becomes part of their form."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from interactions_codegen.diff.changelogs import changelogs
from interactions_codegen.diff.changes import Diff
from interactions_codegen.diff.compare import compare
from interactions_codegen.diff.impact import GROUPS
from interactions_codegen.diff.machine import json_report
from interactions_codegen.diff.markdown import code, code_in_table, markdown_report
from interactions_codegen.diff.page import html_report
from interactions_codegen.diff.text import text_report
from interactions_codegen.diff.wording import WORDS

from ..lab import REPOSITORY, REVISIONS, STRING, Json, enum, mini, put
from .lines import compared, revision

HOSTILE = {
    "script": "</script><script>window.owned = 1</script>",
    "attribute": '"\' onmouseover=alert(1) x="',
    "image": "<img src=https://example.com/x onerror=alert(1)>",
    "comment": "--><!-- ]]>",
    "entity": "&lt;b&gt; &amp; &#x3c;",
    "template": "{{ 7 * 7 }} {% for x in y %} {before} {0}",
    "fence": "`` ` ``` `",
    "table": "a | b | c \\| d",
    "link": "[x](javascript:alert(1)) <https://example.com> **bold** # no",
    "right-to-left": "abc \u05d0\u05d1 def",
}
VOID = {"meta", "input", "br", "img", "link"}


class Reader(HTMLParser):
    """What a browser would make of a page: its tags, attributes and texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.codes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "code":
            self.codes.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.open and self.open[-1] == "code":
            self.codes[-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def hostile(text: str, folder: Path) -> Diff:
    """A text wherever a spec may say any."""

    def documents(marks: str) -> Json:
        made = mini()
        put(made, "call.json", "/$defs/Color", enum("red", text + marks))
        put(made, "call.json", "/$defs/Call/properties/fixed", {"const": text + marks})
        put(made, "call.json", "/$defs/Call/description", text)
        put(made, "call.json", "/description", text)
        return made

    after = documents("?")
    put(after, "call.json", "/$defs/Call/properties/more", {"const": text})
    put(after, "call.json", "/$defs/Call/properties/labels", STRING)
    return compared(documents("!"), after, folder)


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def text(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_no_text_becomes_html(text: str, tmp_path: Path) -> None:
    harmless, reader = (read(html_report(hostile(t, tmp_path / t[:1]))) for t in ("a", text))
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in harmless.tags]
    assert [list(attrs) for _, attrs in reader.tags] == [list(attrs) for _, attrs in harmless.tags]
    assert text + "?" in reader.codes
    assert text + "!" in reader.codes


def test_no_text_becomes_markdown(text: str, tmp_path: Path) -> None:
    report = markdown_report(hostile(text, tmp_path))
    spans = [span for line in report.splitlines() for span in code_spans(line)]
    assert text + "?" in spans
    outside = [without_code(line) for line in report.splitlines()]
    assert not any(char in line for line in outside for char in "<>[{`")


def code_spans(line: str) -> list[str]:
    """As CommonMark has it: as many backticks as opened it close it; one space goes each side."""
    spans = [span for _, span in re.findall(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", line)]
    return [span[1:-1] if span[0] == span[-1] == " " and span.strip() else span for span in spans]


def without_code(line: str) -> str:
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", line)


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(PRINTABLE)
def test_code_is_one_span_of_just_the_text(text: str) -> None:
    assert code_spans(f"a {code(text)} b") == [text]


@given(PRINTABLE)
def test_code_keeps_to_its_cell(text: str) -> None:
    assert not re.search(r"(?<!\\)\|", code_in_table(text.replace("\\", "")))


def test_no_text_steers_a_terminal(tmp_path: Path) -> None:
    report = text_report(hostile("a\u05d0b", tmp_path))
    assert all(line.isprintable() for line in report.splitlines())


# --- what they say -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def diff() -> Diff:
    return compare(revision("2026-05-07"), revision("2026-05-20"))


def test_json_has_every_change(diff: Diff) -> None:
    content = json.loads(json_report(diff))
    assert content.keys() == {"old", "new", "verdict", "counts", "changes"}
    assert (content["old"], content["new"]) == ("2026-05-07", "2026-05-20")
    assert content["verdict"] == "major"
    assert content["changes"] == json.loads(json.dumps([asdict(c) for c in diff.changes]))
    total = len(content["changes"])
    assert {sum(row.values()) for row in content["counts"].values()} == {total}
    named = {"kind", "old", "new", "old_field", "new_field", "before", "after", "items", "impact"}
    assert all(change.keys() == named for change in content["changes"])


def test_text_has_a_line_for_every_change(diff: Diff) -> None:
    shown = text_report(diff).splitlines()
    signed = [line for line in shown if re.match(r"  [!~+.]{3} ", line)]
    assert len(signed) == sum(1 for _ in diff.changes)
    assert shown[0].startswith("2026-05-07 -> 2026-05-20: major")
    assert "  !!. steps: was called outputs" in shown
    assert "ContentStart -> StepStart (object)" in shown


def test_markdown_has_a_line_for_every_change(diff: Diff) -> None:
    shown = markdown_report(diff).splitlines()
    assert sum(line.startswith("  - ") for line in shown) == sum(1 for _ in diff.changes)
    assert shown[0] == "# From 2026-05-07 to 2026-05-20"
    assert "| `Event: interaction.start` | `Event: interaction.created` |" in shown
    assert "  - `steps`: was called `outputs` *(readers)*" in shown
    breaking, risky, strict = (shown.index(f"## {s}") for s in ("Breaking", "Risky", "Additive"))
    assert breaking < risky < strict


def test_a_report_of_nothing(tmp_path: Path) -> None:
    nothing = compared(mini(), mini(), tmp_path)
    assert text_report(nothing).splitlines()[0].endswith("patch (nothing changed on the wire)")
    assert markdown_report(nothing).count("\n## ") == 0
    assert json.loads(json_report(nothing))["changes"] == []
    read(html_report(nothing))


def test_the_page_needs_nothing_else(diff: Diff) -> None:
    page = html_report(diff)
    reader = read(page)
    policy = next(a["content"] for tag, a in reader.tags if a.get("http-equiv"))
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'{hash_in(page, 'style')}'",
        "script-src": f"'{hash_in(page, 'script')}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    for tag, attrs in reader.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {"src", "style"} & attrs.keys()
        assert not [name for name in attrs if name.startswith("on")]
        assert (attrs.get("href") or "#").startswith("#")
    assert "url(" not in page
    assert "@import" not in page


def hash_in(page: str, tag: str) -> str:
    (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_the_page_tells_every_change_once(diff: Diff) -> None:
    reader = read(html_report(diff))
    told = [attrs for tag, attrs in reader.tags if tag == "li" and attrs.get("class") == "change"]
    changes = list(diff.changes)
    assert sorted(int(attrs["data-number"] or "") for attrs in told) == list(range(len(changes)))
    for attrs in told:
        change = changes[int(attrs["data-number"] or "")]
        assert change.kind in GROUPS[attrs["data-group"] or ""]
        assert attrs["data-readers"] == change.impact.readers
        assert attrs["data-strict"] == change.impact.strict_readers
        assert attrs["data-senders"] == change.impact.senders


def test_links_within_the_page_lead_somewhere(diff: Diff) -> None:
    reader = read(html_report(diff))
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    links = {attrs["href"] for tag, attrs in reader.tags if tag == "a"}
    assert {f"#{name}" for name in ids} >= links
    assert len(ids) == len(set(ids))
    assert "#FunctionCallStep" in links


# --- changelogs ----------------------------------------------------------------------------------


def test_the_committed_changelogs_are_what_the_spec_gives() -> None:
    pages = changelogs([revision(label) for label in REVISIONS])
    folder = REPOSITORY / "docs" / "changes"
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == pages
    for old, new in pairwise(REVISIONS):
        assert f"| {old} | [{new}]({new}.md) | major |" in pages["README.md"]


def test_words_do_not_mark_up() -> None:
    """They go into a page and into Markdown as they are."""
    assert not [
        words
        for words in WORDS.values()
        if re.search(r"[<>&`*_#\[\]|]", words.replace("old_field", ""))
    ]
