"""Mistakes with the asynchronous client that both type checkers must find."""

from __future__ import annotations

import gemini_interactions as genai


async def good(client: genai.AsyncClient, model: str, flag: bool) -> None:
    interaction = await client.interactions.create(model=model, input="x")
    print(interaction.output_text, interaction.status == "completed")
    async with await client.interactions.create(agent="a", input="x", stream=True) as stream:
        async for event in stream:
            if event.event_type == "step.delta" and event.delta.type == "text":
                print(event.delta.text)
        whole = await stream.until_done()
    either = await client.interactions.create(model=model, input="x", stream=flag)
    print(whole.output_text, either)
    found = await client.interactions.get("x")
    print(found.steps, await client.interactions.wait("x"), await client.interactions.cancel("x"))
    async for event in await client.interactions.get("x", stream=True, last_event_id="e"):
        print(event.event_type)
    old = genai.AsyncClient(api_revision="2026-05-07")
    print((await old.interactions.get("x")).outputs)
    print((await genai.Client(api_revision="2025-12-11").aio.interactions.get("x")).outputs)
    print((await genai.Client().aio.interactions.get("x")).steps)


async def bad(client: genai.AsyncClient, model: str) -> None:
    await client.interactions.create(model=model, input="x", temprature=1)  # type: ignore[call-overload]
    await client.interactions.create(model=model, agent="a", input="x")  # type: ignore[call-overload]
    await client.interactions.create(model=model, input=[{"type": "txt", "text": "hi"}])  # type: ignore[call-overload]
    stream = await client.interactions.create(model=model, input="x", stream=True)
    async for event in stream:
        if event.event_type == "step.delta" and event.delta.type == "text":
            print(event.delta.txt)  # type: ignore[attr-defined]
        if event.event_type == "step.dleta":  # type: ignore[comparison-overlap]
            raise ValueError
    print(stream.output_text)  # type: ignore[attr-defined]


async def bad_aio(client: genai.Client, model: str) -> None:
    await client.aio.interactions.create(model=model, input="x", temprature=1)  # type: ignore[call-overload]
    await client.aio.interactions.create(model=model, agent="a", input="x")  # type: ignore[call-overload]
    stream = await client.aio.interactions.create(model=model, input="x", stream=True)
    print(stream.output_text)  # type: ignore[attr-defined]
    print((await genai.Client().aio.interactions.get("x")).outputs)  # type: ignore[attr-defined]
    genai.AsyncClient(pool=None)  # type: ignore[call-overload]
