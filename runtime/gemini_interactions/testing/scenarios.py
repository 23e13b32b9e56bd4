"""The stand-in for the model: a pure function from a conversation to an answer.

What a request contains decides what comes back, so that ordinary programs get sensible replies:

=============================================  ==================================================
request                                        answer
=============================================  ==================================================
function results as the last input             text that uses the results
`tools` with functions                         thought, function call(s), status requires_action
... "both", "each", "parallel" in the prompt   several calls at once
`google_search`, `code_execution`,             the call and result steps of each tool, then text
`url_context`, `google_maps`, `file_search`,   (with url_citation annotations after a search)
`mcp_server` tools
image or audio asked for (response_format,     text interleaved with media
response_modalities, *-image, *-tts models)
`response_format` with a schema                JSON text that fits the schema
`agent`                                        several thoughts with summaries, a long report
"count to N", "greatest common divisor of ..." the numbers, the divisor
"my name is X", later "what is my name"        the name; "what did I say" is answered as well
"write", "draft", "poem", "story", ...         several paragraphs
anything else                                  a short echo that mentions the previous turn
=============================================  ==================================================

Test markers inside the prompt override all of it; they are listed in `markers`.
"""

from __future__ import annotations

import json
import math
import re

from . import arguments, media, steps
from .answer import Answer
from .conversation import Conversation, result_text
from .json_values import Json, compact, objects
from .markers import marked_answer
from .server_tools import server_tool_steps

_SEVERAL = re.compile(r"\b(parallel|both|each|all|several)\b", re.IGNORECASE)
_WRITING = re.compile(r"\b(write|draft|outline|story|poem|essay|explain)\b", re.IGNORECASE)
_CAPITALS = {"france": "Paris", "japan": "Tokyo", "brazil": "Brasília", "germany": "Berlin"}


def answer(talk: Conversation) -> Answer:
    """What the model replies."""
    if marked := marked_answer(talk):
        return marked
    if talk.results:
        return _after_results(talk)
    if talk.request.get("agent"):
        return _agent_report(talk)
    tools = server_tool_steps(talk)
    if talk.functions:
        return _function_calls(talk, tools)
    if _wants_image(talk):
        return Answer([*tools, *_illustrated(talk)])
    if _wants_audio(talk):
        return Answer([*tools, _thought(talk), steps.model_output(media.audio())])
    if tools:
        return Answer([*tools, _thought(talk), _researched(talk)])
    return Answer([_thought(talk), steps.model_output(steps.text(_reply(talk)))])


def _thought(talk: Conversation) -> Json:
    summary = ""
    if talk.wants_summaries:
        topic = talk.prompt.strip().rstrip("?.!")
        summary = f"**Working out the answer**\n\nI am looking at: {topic}.\n\n\n"
    return steps.thought(summary, seed=talk.prompt)


def _after_results(talk: Conversation) -> Answer:
    told = "; ".join(f"{step.get('name', 'tool')}: {result_text(step)}" for step in talk.results)
    question = talk.earlier_texts[-1] if talk.earlier_texts else ""
    about = f' to "{question}"' if question else ""
    reply = f"Here is the answer{about}, based on the tool results. {told}"
    return Answer([steps.model_output(steps.text(reply))])


def _function_calls(talk: Conversation, before: list[Json]) -> Answer:
    calls = [
        steps.function_call(
            str(function.get("name", "function")),
            arguments.example(function.get("parameters", {"type": "object"}), words),
            seed=(len(talk.steps), number),
        )
        for number, (function, words) in enumerate(_chosen_functions(talk))
    ]
    return Answer([*before, _thought(talk), *calls], status="requires_action")


def _chosen_functions(talk: Conversation) -> list[tuple[Json, str]]:
    """The functions to call, each with the words its arguments are made from."""
    best = max(talk.functions, key=lambda function: _overlap(function, talk.prompt))
    if not _SEVERAL.search(talk.prompt):
        return [(best, talk.prompt)]
    if len(talk.functions) > 1:
        return [(function, talk.prompt) for function in talk.functions]
    return [(best, words) for words in _one_name_each(talk.prompt)]


def _one_name_each(prompt: str) -> list[str]:
    """The prompt once for every name in it, without the other names."""
    names = arguments.names_in(prompt)
    prompts: list[str] = []
    for name in names:
        words = prompt
        for other in names:
            words = words if other == name else words.replace(other, "")
        prompts.append(words)
    return prompts or [prompt]


def _overlap(function: Json, prompt: str) -> int:
    words = set(re.findall(r"[a-z]{3,}", prompt.lower()))
    said = f"{function.get('name', '')} {function.get('description', '')}".lower()
    return len(words & set(re.findall(r"[a-z]{3,}", said.replace("_", " "))))


def _researched(talk: Conversation) -> Json:
    """Text after built-in tools; a search leaves citations on the words it supports."""
    reply = f"Here is what I found about: {talk.prompt.strip()}"
    if not talk.has_tool("google_search"):
        return steps.model_output(steps.text(reply))
    citations: list[Json] = [
        {
            "type": "url_citation",
            "url": f"https://example.com/source/{number}",
            "title": f"Source {number}",
            "start_index": 0,
            "end_index": len(reply.encode()),
        }
        for number in (1, 2)
    ]
    return steps.model_output(steps.text(reply, citations))


def _wants_image(talk: Conversation) -> bool:
    model = str(talk.request.get("model", ""))
    return talk.wants("image") or "-image" in model or "banana" in model


def _wants_audio(talk: Conversation) -> bool:
    model = str(talk.request.get("model", ""))
    return talk.wants("audio") or "-tts" in model or model.startswith("lyria")


def _illustrated(talk: Conversation) -> list[Json]:
    parts = ("The Arrival", "The Long Wait", "The Moment of Spectacle")
    opening = f"Here is an illustrated answer to: {talk.prompt.strip()}\n\n### Part 1: {parts[0]}\n"
    told = [steps.model_output(steps.text(opening))]
    for number, title in enumerate(parts[1:], start=2):
        told.append(steps.thought(seed=(talk.prompt, number)))
        heading = steps.text(f"\n### Part {number}: {title}\n\nThe picture shows it.\n")
        told.append(steps.model_output(media.image(number), heading))
    return told


def _agent_report(talk: Conversation) -> Answer:
    """A thought for each phase of the work, then the report, in the agents' typeless form."""
    topic = talk.prompt.strip()
    phases = ("Generating research plan", "Reading sources", "Comparing findings")
    thoughts = [
        steps.thought(f"***{phase}***\n\nWorking on: {topic}", seed=topic)
        for phase in phases
        if talk.wants_summaries
    ]
    report = f"# Report: {topic}\n\n## Executive Summary\n\n" + _paragraphs(topic, 4)
    return Answer(
        [*(thoughts or [steps.thought(seed=topic)]), steps.model_output(steps.text(report))],
        typeless=True,
    )


def _paragraphs(topic: str, count: int) -> str:
    return "\n\n".join(
        f"Paragraph {number} looks at {topic!r} from another side and adds what is new. "
        "It keeps the sentences short and ends before it repeats itself."
        for number in range(1, count + 1)
    )


def _reply(talk: Conversation) -> str:
    """Plain text for a plain prompt."""
    prompt = talk.prompt
    if schema_text := _structured(talk):
        return schema_text
    if counted := re.search(r"\bcount\b.*?\b(\d{1,6})\b(?:\D*?\bto\s+(\d{1,6})\b)?", prompt, re.I):
        first, last = (1, int(counted[1])) if not counted[2] else map(int, counted.groups())
        return ", ".join(str(number) for number in range(first, last + 1)) + "."
    if re.search(r"greatest common divisor|\bgcd\b", prompt, re.IGNORECASE):
        numbers = [int(word) for word in re.findall(r"\d+", prompt)]
        among = " and ".join(map(str, numbers))
        return f"The greatest common divisor of {among} is {math.gcd(*numbers)}."
    return _remembered(talk) or _small_talk(talk)


def _structured(talk: Conversation) -> str | None:
    for form in talk.response_formats:
        if schema := form.get("schema") or (form if "properties" in form else None):
            return compact(arguments.example(schema, talk.prompt))
    json_type = "application/json"
    forms = [form.get("mime_type") for form in talk.response_formats]
    if json_type in (talk.request.get("response_mime_type"), *forms):
        return json.dumps({"answer": talk.prompt})
    return None


def _remembered(talk: Conversation) -> str | None:
    if re.search(r"what('s| is) my name", talk.prompt, re.IGNORECASE):
        for earlier in reversed(talk.earlier_texts):
            if told := re.search(r"my name is (\w+)", earlier, re.IGNORECASE):
                return f"Your name is {told[1]}."
        return "You have not told me your name."
    if re.search(r"what did I (just )?(say|ask|tell)", talk.prompt, re.IGNORECASE):
        said = talk.earlier_texts
        return f'You said: "{said[-1]}"' if said else "This is the first thing you said."
    return None


def _small_talk(talk: Conversation) -> str:
    prompt = talk.prompt.strip()
    asked = re.search(r"capital of (\w+)", prompt, re.IGNORECASE)
    if asked and asked[1].lower() in _CAPITALS:
        return f"The capital of {asked[1]} is {_CAPITALS[asked[1].lower()]}."
    if _WRITING.search(prompt):
        return _paragraphs(prompt, 3)
    media_seen = [
        str(block.get("type"))
        for step in talk.turn
        for block in objects(step.get("content"))
        if block.get("type", "text") != "text"
    ]
    seen = f" I also received: {', '.join(media_seen)}." if media_seen else ""
    before = f' Before that you said: "{talk.earlier_texts[-1]}".' if talk.earlier_texts else ""
    return f'You said: "{prompt}".{before}{seen}'
