"""Random conversations, in the form that the bridge keeps to the letter, and ways to spoil them."""

from __future__ import annotations

import copy
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = dict[str, Any]

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
names = st.sampled_from(["look_up", "send", "naïve_name"])
encoded = st.binary(max_size=9).map(lambda data: b64encode(data).decode())
signatures = st.binary(min_size=1, max_size=9).map(lambda data: b64encode(data).decode())
offsets = st.sampled_from(["0s", "1.5s", "90s"])
scalars = st.none() | st.booleans() | st.integers(-9, 9) | texts
objects = st.dictionaries(texts.filter(bool), scalars, max_size=3)
MIME_TYPES: Final = {
    "image": ["image/png", "image/jpeg"],
    "audio": ["audio/wav", "audio/l16;rate=24000;channels=1"],
    "video": ["video/mp4", "video/webm"],
    "document": ["application/pdf"],
}


def sometimes(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=fields)


def joined(*parts: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """One object out of several."""
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


def just(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(fields)


# --- media ------------------------------------------------------------------------------------


def layers(*known: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(known), min_size=1, max_size=2)


def metadata(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return sometimes(**fields).filter(bool)


VIDEO: Final = metadata(
    startOffset=offsets,
    endOffset=offsets,
    fps=st.sampled_from([0.5, 2.0]),
    contentLayers=layers("FRAMES", "AUDIO", "TRANSCRIPT"),
)
PROCESSING: Final = {
    "image": [just()],
    "audio": [
        just(audioMetadata=metadata(startOffset=offsets, endOffset=offsets)),
        just(mediaProcessing=st.just("STATIC")),
    ],
    "video": [
        just(videoMetadata=VIDEO),
        just(mediaProcessing=st.sampled_from(["STATIC", "AGENTIC"])),
    ],
    "document": [
        metadata(
            documentMetadata=metadata(
                startPage=st.integers(1, 9),
                endPage=st.integers(1, 9),
                contentLayers=layers("PAGE_IMAGE", "PAGE_TEXT"),
            ),
            spreadsheetMetadata=metadata(
                visibleCells=texts,
                sheetIndex=st.integers(0, 3),
                contentLayers=layers("VISUAL", "DATA", "FORMULAS"),
            ),
        )
    ],
}
LEVELS: Final = [f"MEDIA_RESOLUTION_{level}" for level in ("LOW", "MEDIUM", "HIGH", "ULTRA_HIGH")]


def media(kind: str, newest: bool) -> st.SearchStrategy[Json]:
    named = sometimes(displayName=texts) if newest and kind == "video" else just()
    mime_type = st.sampled_from(MIME_TYPES[kind])
    source = st.one_of(
        just(inlineData=joined(just(data=encoded, mimeType=mime_type), named)),
        just(fileData=joined(just(fileUri=texts, mimeType=mime_type), named)),
    )
    extras = [source]
    if kind in ("image", "video") or (newest and kind == "document"):
        levels = LEVELS if newest else LEVELS[:3]
        extras.append(sometimes(mediaResolution=just(level=st.sampled_from(levels))))
    if newest:
        extras.append(st.one_of(just(), *PROCESSING[kind]))
    return joined(*extras)


def any_media(newest: bool) -> st.SearchStrategy[Json]:
    return st.one_of(*(media(kind, newest) for kind in MIME_TYPES))


# --- parts ------------------------------------------------------------------------------------


def user_parts(newest: bool) -> st.SearchStrategy[Json]:
    plain: st.SearchStrategy[Json] = just(text=texts)
    if newest:
        speech = just(speechMetadata=metadata(speaker=texts, style=texts))
        plain = joined(plain, st.one_of(just(), speech))
    kinds = MIME_TYPES if newest else ["image"]
    answer = joined(
        just(id=texts.filter(bool), response=objects),
        sometimes(
            name=names,
            parts=st.lists(st.one_of(*(media(k, newest) for k in kinds)), min_size=1, max_size=2),
        ),
    )
    return st.one_of(plain, any_media(newest), just(functionResponse=answer))


def model_parts(newest: bool) -> st.SearchStrategy[Json]:
    signed = sometimes(thoughtSignature=signatures)
    tool_calls = [
        joined(
            just(toolType=st.just(kind), id=texts.filter(bool)),
            just(args=sometimes(**{key: st.lists(texts, max_size=2)})) if key else just(),
        )
        for kind, key in (("GOOGLE_SEARCH_WEB", "queries"), ("URL_CONTEXT", "urls"))
    ]
    results = just(
        toolType=st.just("URL_CONTEXT"),
        id=texts.filter(bool),
        response=just(
            result=st.lists(just(url=texts, status=st.just("success")), max_size=2),
        ),
    )
    call = just(id=texts.filter(bool), name=names, args=objects)
    code = just(id=texts.filter(bool), code=texts, language=st.just("PYTHON"))
    outcome = just(
        id=texts.filter(bool),
        output=texts,
        outcome=st.sampled_from(["OUTCOME_OK", "OUTCOME_FAILED"]),
    )
    said = st.one_of(
        just(text=texts),
        any_media(newest),
        just(functionCall=call),
        just(executableCode=code),
        just(codeExecutionResult=outcome),
        *(just(toolCall=tool) for tool in tool_calls),
        just(toolResponse=results),
    )
    thought = joined(
        just(thought=st.just(True)), st.one_of(just(text=texts), media("image", newest)), signed
    )
    lone = just(thought=st.just(True), thoughtSignature=signatures)
    return st.one_of(joined(said, signed), thought, lone)


@st.composite
def conversations(draw: st.DrawFn, newest: bool) -> list[Json]:
    """Turns of two sides that take turns, each with something to say."""
    length = draw(st.integers(1, 4))
    begins = draw(st.integers(0, 1))
    sides = [("user", user_parts), ("model", model_parts)]
    found: list[Json] = []
    for number in range(length):
        role, parts = sides[(begins + number) % 2]
        found.append({"role": role, "parts": draw(st.lists(parts(newest), min_size=1, max_size=4))})
    return found


# --- spoiling ---------------------------------------------------------------------------------

Spoil: TypeAlias = Callable[[Json], "str | None"]
"""Puts something without a counterpart into a part; gives where, in the part."""


def with_extra(*path: str, value: Any) -> Spoil:
    def spoil(part: Json) -> str | None:
        holder: Any = part
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if not isinstance(holder, dict) or path[-1] in holder:
            return None
        holder[path[-1]] = copy.deepcopy(value)
        return "/".join(path)

    return spoil


SPOILS: Final[list[Spoil]] = [
    with_extra("partMetadata", value={"a": 1}),
    with_extra("notAField", value={"b": [2]}),
    with_extra("functionCall", "willContinue", value=True),
    with_extra("functionCall", "partialArgs", value=[{"jsonPath": "$.a"}]),
    with_extra("functionResponse", "scheduling", value="SILENT"),
    with_extra("mediaResolution", "numTokens", value=3),
    with_extra("toolCall", "args", "page", value=3),
    with_extra("executableCode", "notAField", value="x"),
]
