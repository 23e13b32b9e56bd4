"""Specs that are refused: the message names the file and the place, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from interactions_codegen.errors import SpecError
from interactions_codegen.output import generate

from .conftest import Refused
from .lab import (
    LABEL,
    STRING,
    array,
    choice,
    deviation,
    enum,
    member,
    mini,
    obj,
    put,
    reference,
    spec_of,
    union,
    write_spec,
)

Edit = tuple[str, str, Any]


@frozen
class Case:
    name: str
    edits: tuple[Edit, ...]
    place: str
    """`file#pointer` as the message gives it."""
    says: str


def case(name: str, *edits: Edit, at: str, says: str) -> Any:
    return pytest.param(Case(name, edits, at, says), id=name)


def call(path: str, value: Any) -> Edit:
    return "call.json", "/$defs/" + path, value


def part(path: str, value: Any) -> Edit:
    return "part.json", "/$defs/" + path, value


def route(path: str, value: Any) -> Edit:
    return "routes.json", "/operations/calls.create" + path, value


def deviates(**treatment: Any) -> Edit:
    return "deviations.json", "/deviations/0", deviation(treatment)


OBJECT = obj({"a": STRING})
CODE = 'X: pass\nimport os\nos.system("touch owned")\nclass Y'
FIELD = "call.json#/$defs/Call/properties"
TREATMENT = "deviations.json#/deviations/0/treatment"
OPERATION = "routes.json#/operations/calls.create"

NAMES = [
    case(
        "type-is-code", call(CODE, OBJECT), at="call.json#/$defs/X: pass\\nimport", says="name of"
    ),
    case("type-is-lower", call("call", OBJECT), at="call.json#/$defs/call", says="name of a type"),
    case("type-is-unicode", call("Ærø", OBJECT), at="call.json#/$defs/Ærø", says="name of a type"),
    case("type-is-empty", call("", OBJECT), at="call.json#/$defs/", says="name of a type"),
    case("type-has-slash", call("A~1b~0", OBJECT), at="call.json#/$defs/A~1b~0", says="name of"),
    *(
        case(f"type-{name}", call(name, OBJECT), at=f"call.json#/$defs/{name}", says="cannot name")
        for name in ("Model", "Any", "None", "True", "ROUTES", "Choice", "List", "ScalarMap")
    ),
    case(
        "type-twice", part("Call", OBJECT), at="call.json#/$defs/Call", says="see 2026-01-02/part"
    ),
    case("types-meet", call("CALL", OBJECT), at="call.json#/$defs/CALL", says="Python name 'call'"),
    case(
        "unknown-variant-taken",
        call("UnknownPart", OBJECT),
        at="call.json#/$defs/UnknownPart",
        says="Part and UnknownPart both lead to the Python name 'UnknownPart'",
    ),
    case("param-taken", call("CallParam", OBJECT), at="call.json#/$defs/CallParam", says="Python"),
    case(
        "choice-reader-taken",
        call("EitherOfCall", OBJECT),
        at="call.json#/$defs/EitherOfCall",
        says="'either_of_call'",
    ),
    case(
        "property-is-code",
        call("Note/properties/x: int\nimport os", STRING),
        at="call.json#/$defs/Note/properties/x: int\\nimport os",
        says="a name that can become a Python name",
    ),
    case(
        "property-is-dunder",
        call("Note/properties/__class__", STRING),
        at="call.json#/$defs/Note/properties/__class__",
        says="Python name",
    ),
    case(
        "properties-meet",
        call("Note/properties", {"fooBar": STRING, "foo_bar": STRING}),
        at="call.json#/$defs/Note/properties/foo_bar",
        says="'fooBar' becomes 'foo_bar' in Python too",
    ),
    case(
        "property-meets-escaped",
        call("Note/properties", {"class_": STRING, "class": STRING}),
        at="call.json#/$defs/Note/properties/class",
        says="'class_' becomes 'class_'",
    ),
    case(
        "family-is-code",
        ("revision.json", "/families/0", "x import y;z"),
        at="revision.json#/families/0",
        says="name a module",
    ),
    *(
        case(
            f"family-{name}",
            (f"{name}.json", "", {"description": "A family.", "$defs": {}}),
            ("revision.json", "/families/2", name),
            at="revision.json#/families/2",
            says="cannot name a module",
        )
        for name in ("reading", "converter", "structure", "class", "import")
    ),
    case(
        "family-is-single-file",
        ("revision.json", "/families/2", "routes"),
        at="revision.json#/families/2",
        says="cannot name a module",
    ),
    case(
        "families-in-a-circle-for-the-answer",
        (
            "revision.json",
            "/answer",
            {"type": "TextPart", "field": "text", "passed_over": "x", "media": {"x": "Note"}},
        ),
        at="revision.json#/families",
        says="families import one another in a circle: ",
    ),
    case(
        "families-in-a-circle",
        part("TextPart/properties/note", reference("Note", "call")),
        at="revision.json#/families",
        says="families import one another in a circle: ",
    ),
]

TEXTS = [
    *(
        case(
            f"description-{name}",
            call("Note/description", text),
            at="call.json#/$defs/Note/description",
            says=says,
        )
        for name, text, says in (
            ("newline", 'A note.\n"""\nimport os', "one printable line"),
            ("line-separator", "A note.\u2028import os", "one printable line"),
            ("bidi", "A note.\u202eeton A", "one printable line"),
            ("surrogate", "A note \ud800", "one printable line"),
            ("escape", "\x1b[2J", "one printable line"),
            ("spaces", " A note. ", "without spaces around it"),
            ("number", 3, "one printable line"),
            ("long", "x" * 301, "301 characters is more than the 300"),
        )
    ),
    case(
        "description-missing",
        call("Note/description", ...),
        at="call.json#/$defs/Note/description",
        says="missing",
    ),
    case(
        "field-description",
        call("Note/properties/text/description", "a\nb"),
        at="call.json#/$defs/Note/properties/text/description",
        says="one printable line",
    ),
    case(
        "family-description",
        ("call.json", "/description", 'x"""\n'),
        at="call.json#/description",
        says="one printable line",
    ),
    case(
        "enum-value",
        call("Color/enum/1", "a\nb"),
        at="call.json#/$defs/Color/enum/1",
        says="printable",
    ),
    case("enum-number", call("Color/enum/0", 1), at="call.json#/$defs/Color/enum/0", says="line"),
    case("enum-list", call("Color/enum/0", []), at="call.json#/$defs/Color/enum/0", says="line"),
    case("enum-empty", call("Color/enum", []), at="call.json#/$defs/Color/enum", says="1 or more"),
    case(
        "enum-twice",
        call("Color/enum/2", "red"),
        at="call.json#/$defs/Color/enum/2",
        says="stands here twice",
    ),
    case(
        "const",
        part("TextPart/properties/type/const", "a\rb"),
        at="part.json#/$defs/TextPart/properties/type/const",
        says="printable",
    ),
]

SCHEMAS = [
    case("definition-list", call("Note", []), at="call.json#/$defs/Note", says="an object"),
    case(
        "property-list",
        call("Note/properties/x", []),
        at="call.json#/$defs/Note/properties/x",
        says="an object",
    ),
    case("keyword", call("Note/minimum", 3), at="call.json#/$defs/Note/minimum", says="not know"),
    case(
        "keyword-kind",
        call("Note/properties", []),
        at="call.json#/$defs/Note/properties",
        says="an object",
    ),
    case(
        "keyword-bool",
        call("Note/deprecated", 1),
        at="call.json#/$defs/Note/deprecated",
        says="true",
    ),
    case(
        "type",
        call("Note/properties/text/type", "null"),
        at="call.json#/$defs/Note/properties/text/type",
        says="'array' or",
    ),
    case(
        "type-list",
        call("Note/properties/text/type", ["string"]),
        at="call.json#/$defs/Note/properties/text/type",
        says="'array' or",
    ),
    case(
        "keyword-without-meaning",
        call("Note/properties/next/items", STRING),
        at="call.json#/$defs/Note/properties/next/items",
        says="no meaning beside $ref",
    ),
    case(
        "enum-of-integers",
        call("Color/type", "integer"),
        at="call.json#/$defs/Color/type",
        says="an enum is of strings",
    ),
    case(
        "required-missing",
        call("Note/required", ["gone"]),
        at="call.json#/$defs/Note/required/0",
        says="'gone' is no property",
    ),
    case(
        "required-object",
        call("Note/required", [{}]),
        at="call.json#/$defs/Note/required/0",
        says="line",
    ),
    case(
        "required-string",
        call("Note/required", "text"),
        at="call.json#/$defs/Note/required",
        says="an array",
    ),
    case(
        "inline-object",
        call("Call/properties/x", OBJECT),
        at=FIELD + "/x",
        says="needs a name in $defs",
    ),
    case(
        "inline-object-deep",
        call("Call/properties/x", array(array(OBJECT))),
        at=FIELD + "/x/items/items",
        says="needs a name",
    ),
    case(
        "inline-enum",
        call("Call/properties/x", enum("a")),
        at=FIELD + "/x",
        says="an enum needs a name",
    ),
    case(
        "inline-enum-type",
        call("Call/properties/type", enum("a")),
        at=FIELD + "/type",
        says="an enum needs a name",
    ),
    case(
        "inline-union",
        call("Call/properties/x", {"oneOf": [reference("Note")]}),
        at=FIELD + "/x",
        says="a union with a tag needs a name",
    ),
    case(
        "named-string",
        call("Name", {"description": "x", **STRING}),
        at="call.json#/$defs/Name",
        says="in place",
    ),
    case(
        "named-array",
        call("Names", {"description": "x", **array(STRING)}),
        at="call.json#/$defs/Names",
        says="in place",
    ),
    case(
        "named-reference",
        call("Other", {"description": "x", **reference("Note")}),
        at="call.json#/$defs/Other",
        says="in place",
    ),
    case(
        "named-map",
        call("Map", obj({}, additionalProperties=STRING)),
        at="call.json#/$defs/Map/additionalProperties",
        says="a map has no name",
    ),
    case(
        "array-of-arrays",
        call("Call/properties/x", array(array(STRING))),
        at=FIELD + "/x",
        says="no reader",
    ),
    case(
        "map-of-objects",
        call("Call/properties/x", {"type": "object", "additionalProperties": reference("Note")}),
        at=FIELD + "/x",
        says="a map of objects",
    ),
    case(
        "one-arm",
        call("Call/properties/x", {"anyOf": [STRING]}),
        at=FIELD + "/x/anyOf",
        says="2 or more",
    ),
    case(
        "same-arms",
        call("Call/properties/x", {"anyOf": [STRING, STRING]}),
        at=FIELD + "/x/anyOf",
        says="arms must differ",
    ),
    case(
        "same-arms-named",
        call("Two", choice(STRING, STRING)),
        at="call.json#/$defs/Two/anyOf",
        says="arms must differ",
    ),
    case(
        "arm-list",
        call("Call/properties/x", {"anyOf": [STRING, []]}),
        at=FIELD + "/x/anyOf/1",
        says="an object",
    ),
    case(
        "choice-in-choice",
        call(
            "Call/properties/x", {"anyOf": [STRING, array({"anyOf": [STRING, reference("Note")]})]}
        ),
        at=FIELD + "/x",
        says="a choice inside a choice",
    ),
]

REFERENCES = [
    *(
        case(
            f"reference-{name}",
            call("Call/properties/note/$ref", target),
            at=FIELD + "/note/$ref",
            says=says,
        )
        for name, target, says in (
            ("same-file", "#/$defs/Gone", "leads nowhere"),
            ("other-file", "part.json#/$defs/Gone", "leads nowhere"),
            ("wrong-file", "part.json#/$defs/Note", "leads nowhere"),
            ("no-file", "gone.json#/$defs/Note", "leads nowhere"),
            ("unqualified", "#/$defs/Part", "leads nowhere"),
            ("up", "../2026-05-20/error.json#/$defs/Error", "no reference to a definition"),
            ("http", "https://example.com/x.json#/$defs/X", "no reference to a definition"),
            ("root", "#", "no reference to a definition"),
            ("number", 3, "no reference to a definition"),
            ("code", "#/$defs/Note\nimport os", "no reference to a definition"),
        )
    ),
    case(
        "reference-in-items",
        call("Call/properties/parts/items/$ref", "#/$defs/Gone"),
        at=FIELD + "/parts/items/$ref",
        says="leads nowhere",
    ),
    case(
        "mapping-dangles",
        part("Part/discriminator/mapping/text", "#/$defs/Gone"),
        at="part.json#/$defs/Part/discriminator/mapping/text",
        says="leads nowhere",
    ),
    case(
        "alias-cycle",
        call("A", choice(reference("B"), STRING)),
        call("B", choice(reference("A"), {"type": "integer"})),
        at="call.json#/$defs/A",
        says="A contains itself, with no object between",
    ),
    case(
        "alias-cycle-through-array",
        call("A", choice(array(reference("A")), STRING)),
        at="call.json#/$defs/A",
        says="A contains itself",
    ),
    case(
        "required-cycle",
        call("A", obj({"b": reference("B")}, "b")),
        call("B", obj({"a": reference("A")}, "a")),
        at="call.json#/$defs/A",
        says="A requires itself, without a way out",
    ),
]

UNIONS = [
    case(
        "mapping-disagrees",
        part("TextPart/properties/type/const", "txt"),
        at="part.json#/$defs/Part/discriminator/mapping/text",
        says="TextPart says 'txt' instead",
    ),
    case(
        "tag-unknown",
        part("Part", union({"unknown": "TextPart", "blob": "BlobPart"})),
        part("TextPart/properties/type/const", "unknown"),
        at="part.json#/$defs/Part/discriminator/mapping/unknown",
        says="taken by our unknown variants",
    ),
    case(
        "arm-not-mapped",
        part("Part/discriminator/mapping/blob", ...),
        at="part.json#/$defs/Part/discriminator/mapping",
        says="name different types",
    ),
    case(
        "tag-not-required",
        part("TextPart/required", ["text"]),
        at="part.json#/$defs/TextPart",
        says="must be required",
    ),
    case(
        "no-discriminator",
        part("Part/discriminator", ...),
        at="part.json#/$defs/Part/oneOf",
        says="needs a discriminator",
    ),
    case(
        "no-mapping",
        part("Part/discriminator/mapping", ...),
        at="part.json#/$defs/Part/discriminator/mapping",
        says="missing",
    ),
    case(
        "scalar-arm",
        part("Part/oneOf/2", STRING),
        at="part.json#/$defs/Part/oneOf/2",
        says="is of objects",
    ),
    *(
        case(
            f"tag-{tag}",
            part("Part/discriminator/propertyName", tag),
            at="part.json#/$defs/Part/discriminator/propertyName",
            says=says,
        )
        for tag, says in (
            ("raw", "cannot be a tag"),
            ("class", "cannot be a tag"),
            ("str", "cannot be a tag"),
            ("eventType", "cannot be a tag"),
            ("x: int = 3\nimport os", "a name that can become"),
        )
    ),
    case(
        "two-tags",
        part("Other", union({"text": "TextPart"}, tag="text")),
        at="part.json#/$defs/Other/discriminator/propertyName",
        says="TextPart is known by 'type' elsewhere",
    ),
]

TWO_OBJECTS = choice(reference("Note"), reference("Call"))
TWO_ARRAYS = choice(array(reference("Part", "part")), array(reference("Note")))
DISPATCH = [
    *(
        case(f"dispatch-{name}", call("Two", schema), at="call.json#/$defs/Two" + at, says=says)
        for name, schema, at, says in (
            ("missing", TWO_OBJECTS, "", "2 arms take an object, and no x-dispatch rules"),
            ("missing-arrays", TWO_ARRAYS, "", "2 arms take an array, and no x-dispatch rules"),
            (
                "anything",
                choice(reference("Note"), {}),
                "",
                "an object and anything at all, and no x-dispatch rules",
            ),
            (
                "no-such-arm",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 2}]},
                "/x-dispatch/0/arm",
                "no such arm",
            ),
            (
                "one-arm-ruled",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 1, "has": ["id"]}]},
                "",
                "2 arms take an object",
            ),
            (
                "order",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 0}, {"arm": 1, "has": ["id"]}]},
                "",
                "must be the last",
            ),
            (
                "bool-arm",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": True}]},
                "/x-dispatch/0/arm",
                "the index of an item",
            ),
            (
                "float-arm",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 1.0}]},
                "/x-dispatch/0/arm",
                "the index of an item",
            ),
            (
                "has-string",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 1, "has": "id"}]},
                "/x-dispatch/0/has",
                "an array",
            ),
            (
                "extra-key",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 1, "if": "id"}]},
                "/x-dispatch/0/if",
                "no such key",
            ),
            ("rule-list", {**TWO_OBJECTS, "x-dispatch": [[]]}, "/x-dispatch/0", "an object"),
            (
                "first-of-object",
                {**TWO_OBJECTS, "x-dispatch": [{"arm": 1, "first": "tagged"}]},
                "/x-dispatch/0/first",
                "only an array has a first item",
            ),
            (
                "first-and-has",
                {**TWO_ARRAYS, "x-dispatch": [{"arm": 1, "first": "tagged", "has": ["a"]}]},
                "/x-dispatch/0",
                "one condition",
            ),
            (
                "first-without-tag",
                {**TWO_ARRAYS, "x-dispatch": [{"arm": 1, "first": "tagged"}, {"arm": 0}]},
                "",
                "first needs an array of a union with a tag",
            ),
        )
    ),
    case(
        "dispatch-without-choice",
        call("Note/x-dispatch", [{"arm": 0}]),
        at="call.json#/$defs/Note/x-dispatch",
        says="no meaning beside object",
    ),
    case(
        "dispatch-in-items",
        call("Call/properties/x", array({**TWO_OBJECTS, "x-dispatch": [{"arm": 5}]})),
        at=FIELD + "/x/items/x-dispatch/0/arm",
        says="no such arm",
    ),
]

REVISION_FILE = [
    case(f"revision-{name}", ("revision.json", pointer, value), at="revision.json#" + at, says=says)
    for name, pointer, value, at, says in (
        ("label", "/label", "2026-01-03", "/label", "it must say '2026-01-02'"),
        ("label-missing", "/label", ..., "/label", "missing"),
        ("list", "", [], "", "an object"),
        ("extra-key", "/motd", "x", "/motd", "no such key"),
        ("family-missing", "/families/1", ..., "/families", "the list lacks call.json"),
        ("family-extra", "/families/2", "gone", "/families/2", "there is no gone.json"),
        ("family-twice", "/families/2", "part", "/families/2", "stands here twice"),
        ("families-object", "/families", {}, "/families", "an array"),
        ("families-empty", "/families", [], "/families", "1 or more"),
        ("header", "/header", "x\r\nEvil: y", "/header", "plain characters"),
        ("header-number", "/header", 3, "/header", "plain characters"),
        ("aliases", "/aliases", {"Old": "Gone"}, "/aliases/Old", "there is no Gone"),
        ("aliases-code", "/aliases", {"x = 1": "Call"}, "/aliases/x = 1", "name of a type"),
    )
] + [
    case(
        f"answer-{name}",
        (
            "revision.json",
            "/answer",
            {
                "type": "Call",
                "field": "parts",
                "passed_over": "thought",
                "media": {"blob": "BlobPart"},
                **change,
            },
        ),
        *edits,
        at="revision.json#/answer" + at,
        says=says,
    )
    for name, change, edits, at, says in (
        ("type", {"type": "Gone"}, (), "/field", "there is no Gone.parts"),
        ("field", {"field": "gone"}, (), "/field", "there is no Call.gone"),
        ("field-code", {"field": "x) or exit("}, (), "/field", "name of a property"),
        ("media-code", {"media": {"x(self): 0\n": "Call"}}, (), "/media/x(self): 0\\n", "a word"),
        ("media-type", {"media": {"x": "Gone"}}, (), "/media/x", "there is no object Gone"),
        ("media-union", {"media": {"x": "Part"}}, (), "/media/x", "there is no object Part"),
        ("media-text", {"media": {"text": "TextPart"}}, (), "/type", "output_text"),
        (
            "taken",
            {},
            (call("Call/properties/outputBlob", STRING),),
            "/type",
            "Call has an output_blob of its own",
        ),
    )
]

DEVIATIONS_FILE = [
    case(
        f"deviations-{name}",
        ("deviations.json", pointer, value),
        at="deviations.json#" + at,
        says=says,
    )
    for name, pointer, value, at, says in (
        ("list", "", [], "", "an object"),
        ("no-list", "", {}, "/deviations", "missing"),
        ("item", "/deviations/0", 3, "/deviations/0", "an object"),
        ("no-treatment", "/deviations/0/treatment", ..., "/deviations/0/treatment", "missing"),
        ("no-kind", "/deviations/0/treatment", {}, "/deviations/0/treatment", "with a kind"),
        ("kind", "/deviations/0/treatment/kind", "x", "/deviations/0/treatment/kind", "'note'"),
        ("evidence", "/deviations/0/evidence", "x", "/deviations/0/evidence", "'recorded'"),
        ("summary", "/deviations/0/summary", '"""\nx', "/deviations/0/summary", "printable line"),
        ("extra-key", "/deviations/0/why", "x", "/deviations/0/why", "no such key"),
        ("id-twice", "/deviations/1", deviation({"kind": "note"}), "/deviations/1/id", "taken"),
    )
] + [
    case(f"treatment-{name}", deviates(**treatment), at=TREATMENT + at, says=says)
    for name, treatment, at, says in (
        ("no-fields", {"kind": "may-omit"}, "/fields", "missing"),
        ("fields-list", {"kind": "may-omit", "fields": []}, "/fields", "an object"),
        (
            "wires-string",
            {"kind": "may-omit", "fields": {"Call": "id"}},
            "/fields/Call",
            "an array",
        ),
        ("no-type", {"kind": "may-omit", "fields": {"Gone": ["a"]}}, "/fields/Gone", "no Gone"),
        ("no-field", {"kind": "may-omit", "fields": {"Call": ["x"]}}, "/fields/Call", "no Call.x"),
        (
            "undeclared",
            {"kind": "undeclared", "fields": {"Gone": ["a"]}},
            "/fields/Gone",
            "no Gone",
        ),
        (
            "accepts-no-field",
            {"kind": "also-accepts", "fields": {"Call": {"x": ["string"]}}},
            "/fields/Call",
            "there is no Call.x",
        ),
        (
            "accepts-kind",
            {"kind": "also-accepts", "fields": {"Call": {"id": ["array"]}}},
            "/fields/Call/id/0",
            "'string' or 'integer'",
        ),
        ("missing-tag", {"kind": "missing-tag", "union": "Part"}, "/requires", "missing"),
        (
            "missing-tag-member",
            {"kind": "missing-tag", "union": "Part", "requires": ["id"], "read_as": "Call"},
            "/read_as",
            "Call is no member of Part",
        ),
        (
            "missing-tag-union",
            {"kind": "missing-tag", "union": "Gone", "requires": ["id"], "read_as": "Call"},
            "/read_as",
            "Call is no member of Gone",
        ),
        (
            "missing-tag-field",
            {"kind": "missing-tag", "union": "Part", "requires": ["x"], "read_as": "TextPart"},
            "/requires/0",
            "there is no TextPart.x",
        ),
        (
            "missing-tag-nothing",
            {"kind": "missing-tag", "union": "Part", "requires": [], "read_as": "TextPart"},
            "/requires",
            "1 or more",
        ),
        (
            "alias-tag-code",
            {"kind": "tag-alias", "union": "Part", "tag": "a\nb", "read_as": "TextPart"},
            "/tag",
            "printable",
        ),
        (
            "alias-tag-taken",
            {"kind": "tag-alias", "union": "Part", "tag": "blob", "read_as": "TextPart"},
            "/tag",
            "Part has that tag",
        ),
        (
            "alias-tag-unknown",
            {"kind": "tag-alias", "union": "Part", "tag": "unknown", "read_as": "TextPart"},
            "/tag",
            "Part has that tag",
        ),
    )
]

ROUTES_FILE = (
    [
        case(f"routes-{name}", ("routes.json", pointer, value), at="routes.json#" + at, says=says)
        for name, pointer, value, at, says in (
            ("list", "", [], "", "an object"),
            ("no-backends", "/backends", ..., "/backends", "missing"),
            ("no-hosts", "/backends/gemini/hosts", ..., "/backends/gemini/hosts", "missing"),
            ("hosts-list", "/backends/gemini/hosts", [], "/backends/gemini/hosts", "an object"),
            (
                "host",
                "/backends/gemini/hosts/*",
                'x", evil("',
                "/backends/gemini/hosts/*",
                "a host",
            ),
            (
                "host-path",
                "/backends/gemini/hosts/*",
                "x.com/y",
                "/backends/gemini/hosts/*",
                "a host",
            ),
            (
                "version",
                "/backends/gemini/api_version",
                "../x",
                "/backends/gemini/api_version",
                "v1beta",
            ),
            ("backend-code", "/backends/a b", {}, "/backends/a b", "a word"),
            (
                "operation-code",
                "/operations/x\nimport os",
                {},
                "/operations/x\\nimport os",
                "a name like",
            ),
            ("operation-word", "/operations/routes", {}, "/operations/routes", "a name like"),
        )
    ]
    + [
        case(f"route-{name}", route(pointer, value), at=OPERATION + at, says=says)
        for name, pointer, value, at, says in (
            ("no-method", "/method", ..., "/method", "missing"),
            ("method", "/method", "PATCH", "/method", "'GET' or 'POST'"),
            ("paths-string", "/paths", "/x", "/paths", "an object"),
            ("path-code", "/paths/gemini", '/x"\nimport os', "/paths/gemini", "a path like"),
            ("path-query", "/paths/gemini", "/x?y=z", "/paths/gemini", "a path like"),
            ("path-dots", "/paths/gemini", "/x/../y", "/paths/gemini", "a path like"),
            ("path-host", "/paths/gemini", "//example.com/x", "/paths/gemini", "a path like"),
            ("default", "/vertex_default", "gemini", "/vertex_default", "'vertex'"),
            (
                "default-path",
                "/vertex_default",
                "vertex_unscoped",
                "/vertex_default",
                "no such path",
            ),
            ("query-string", "/query", "alt", "/query", "an array"),
            ("query-item", "/query/0", "alt", "/query/0", "an object"),
            ("query-type", "/query/0/type", "array", "/query/0/type", "'string'"),
            ("body-dangles", "/body", "call.json#/$defs/Gone", "/body", "leads nowhere"),
            ("body-wrong-file", "/body", "part.json#/$defs/Call", "/body", "leads nowhere"),
            ("body-no-file", "/body", "#/$defs/Call", "/body", "leads nowhere"),
            ("body-code", "/body", "None)\nimport os", "/body", "a reference"),
            ("body-number", "/body", 3, "/body", "a reference"),
            ("stream-alone", "/stream", "part.json#/$defs/Part", "", "go together"),
            ("extra-key", "/timeout", 3, "/timeout", "no such key"),
        )
    ]
    + [
        case(
            "routes-meet",
            (
                "routes.json",
                "/operations/calls.create_all",
                {**mini()["routes.json"]["operations"]["calls.create"]},
            ),
            (
                "routes.json",
                "/operations/calls_create.all",
                {**mini()["routes.json"]["operations"]["calls.create"]},
            ),
            at="routes.json#/operations/calls_create.all",
            says="another operation",
        )
    ]
)


@pytest.mark.parametrize(
    "fault",
    NAMES
    + TEXTS
    + SCHEMAS
    + REFERENCES
    + UNIONS
    + DISPATCH
    + REVISION_FILE
    + DEVIATIONS_FILE
    + ROUTES_FILE,
)
def test_fault(fault: Case, refused: Refused) -> None:
    documents = mini()
    for file, pointer, value in fault.edits:
        put(documents, file, pointer, value)
    message = refused(documents)
    assert message.startswith(f"{LABEL}/{fault.place}")
    assert fault.says in message
    if "\\n" not in fault.place:
        assert message.startswith(f"{LABEL}/{fault.place}: ")


DEEP = b'{"description": "x", "$defs": {"A": ' + b'{"items": ' * 100 + b"{}" + b"}" * 102
BOTTOMLESS = b"[" * 200_000
NESTED = b'{"description": "x", "$defs": {"A": {"type": "object", "x": [{"k": 1, "k": 2}]}}}'


@pytest.mark.parametrize(
    ("data", "at", "says"),
    [
        pytest.param(b"{", "", "not JSON: ", id="not-json"),
        pytest.param(b"", "", "not JSON: ", id="empty"),
        pytest.param(b'{"description": "x"} trailing', "", "not JSON: ", id="trailing"),
        pytest.param(b"\xef\xbb\xbf{}", "", "not JSON: ", id="byte-order-mark"),
        pytest.param(b'{"description": NaN}', "", "NaN is not JSON", id="nan"),
        pytest.param(b'{"description": -Infinity}', "", "-Infinity is not JSON", id="infinity"),
        pytest.param(b"[" + b"9" * 5000 + b"]", "", "", id="long-number"),
        pytest.param(b'{"description": "\xff"}', "", "not UTF-8: byte 17", id="not-utf-8"),
        pytest.param(b'{"a": 1, "a": 2}', "/a", "stands here twice", id="repeated-key"),
        pytest.param(NESTED, "/$defs/A/x/0/k", "stands here twice", id="repeated-key-nested"),
        pytest.param(DEEP, "/$defs/A" + "/items" * 63, "nested too deeply", id="deep"),
        pytest.param(BOTTOMLESS, "", "nested too deeply", id="bottomless"),
        pytest.param(b"[]", "", "an object", id="array"),
        pytest.param(b'{"description": "x"}', "/$defs", "missing", id="no-definitions"),
        pytest.param(b'{"description": "x", "$defs": []}', "/$defs", "an object", id="list"),
        pytest.param(b'{"x": 1, "description": "x", "$defs": {}}', "/x", "no such key", id="extra"),
        pytest.param(
            b'{"description": "' + b"x" * 10_000_000 + b'", "$defs": {}}',
            "",
            "no more than 4194304 bytes",
            id="10-MB-description",
        ),
        pytest.param(
            b'{"description": "' + b"x" * 4_000_000 + b'", "$defs": {}}',
            "/description",
            "4000000 characters is more than the 300",
            id="4-MB-description",
        ),
    ],
)
def test_file_that_cannot_be_read(data: bytes, at: str, says: str, refused: Refused) -> None:
    message = refused({**mini(), "call.json": data})
    assert message.startswith(f"{LABEL}/call.json#{at}: ")
    assert says in message


@pytest.mark.parametrize("name", ["revision.json", "routes.json", "deviations.json"])
def test_missing_file(name: str, refused: Refused) -> None:
    documents = mini()
    del documents[name]
    assert refused(documents) == f"{LABEL}/{name}#: the file is missing"


def test_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    spec = write_spec(mini(), tmp_path)
    with (spec / LABEL / "call.json").open("r+b") as file:
        file.truncate(1 << 40)  # sparse: a terabyte that takes no room
    with pytest.raises(SpecError, match="no more than"):
        generate(spec)


def test_a_terminal_is_not_steered(refused: Refused) -> None:
    documents = mini()
    put(documents, "call.json", "/$defs/Note/\x1b[2J\u202e", 3)
    message = refused(documents)
    assert message.startswith(f"{LABEL}/call.json#/$defs/Note/\\x1b[2J\\u202e: ")


def test_many_required_names_take_linear_time(refused: Refused) -> None:
    documents = mini()
    put(documents, "call.json", "/$defs/Note/required", [f"x{n}" for n in range(200_000)])
    assert "'x0' is no property" in refused(documents)


def test_the_first_fault_is_the_same_on_every_run(refused: Refused) -> None:
    documents = spec_of({"one": {"A": obj({"x": {}, "bad name": {}}), "B": member("x")}})
    assert refused(documents).startswith(f"{LABEL}/one.json#/$defs/A/properties/bad name: ")
