// @google/genai talks to the embedded server: a second opinion on how it answers.
//
// One line a step; the first answer that is not as expected ends the program with an error.

import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";
import { OAuth2Client } from "google-auth-library";

const model = "gemini-3-flash-preview";
const agent = "deep-research-preview-04-2026";
const numbers = Array.from({ length: 25 }, (_, n) => n + 1).join(", ") + ".";
const weather = {
  type: "function",
  name: "get_weather",
  description: "Get the current weather in a given location",
  parameters: {
    type: "object",
    properties: { location: { type: "string" } },
    required: ["location"],
  },
};

async function eventsOf(stream, count = Infinity) {
  const events = [];
  for await (const event of await stream) {
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

const kinds = (events) => events.map((event) => event.event_type);
const deltasOf = (events) =>
  events.filter((event) => event.event_type === "step.delta").map((event) => event.delta);
const textOf = (events) =>
  deltasOf(events)
    .filter((delta) => delta.type === "text")
    .map((delta) => delta.text)
    .join("");

async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("this should have failed");
}

// Each step gives what its line says.
const steps = {
  async create(api) {
    const input = "What is the capital of France?";
    const interaction = await api.create({ model, input });
    assert.equal(interaction.status, "completed");
    assert.equal(interaction.output_text, "The capital of France is Paris.");
    assert.deepEqual(interaction.steps.map((step) => step.type), ["thought", "model_output"]);
    const { total_input_tokens, total_output_tokens, total_thought_tokens } = interaction.usage;
    const parts = total_input_tokens + total_output_tokens + total_thought_tokens;
    assert.equal(interaction.usage.total_tokens, parts);
    return interaction.output_text;
  },

  async previous_interaction_id(api) {
    const { id } = await api.create({ model, input: "My name is Ada." });
    const second = await api.create({
      model,
      input: "What is my name?",
      previous_interaction_id: id,
    });
    assert.equal(second.output_text, "Your name is Ada.");
    return second.output_text;
  },

  async stream(api) {
    const events = await eventsOf(
      api.create({ model, input: "Count from 1 to 25.", stream: true }),
    );
    const opening = ["interaction.created", "interaction.status_update", "step.start"];
    assert.deepEqual(kinds(events).slice(0, 3), opening);
    assert.deepEqual(kinds(events).slice(-2), ["step.stop", "interaction.completed"]);
    assert.equal(textOf(events), numbers);
    assert.equal(events.at(-1).interaction.status, "completed");
    assert.equal(events.at(-1).interaction.id, events[0].interaction.id);
    return `${events.length} events`;
  },

  async tool_round(api) {
    const tools = [weather];
    const asked = await api.create({ model, input: "Weather in Paris?", tools });
    assert.equal(asked.status, "requires_action");
    const call = asked.steps.at(-1);
    assert.deepEqual([call.type, call.name], ["function_call", "get_weather"]);
    assert.deepEqual(call.arguments, { location: "Paris" });
    const answered = await api.create({
      model,
      previous_interaction_id: asked.id,
      tools,
      input: [
        {
          type: "function_result",
          call_id: call.id,
          name: call.name,
          result: { weather: "sunny" },
        },
      ],
    });
    assert.equal(answered.status, "completed");
    assert.match(answered.output_text, /\{"weather":"sunny"\}/);
    return `${call.name}(${JSON.stringify(call.arguments)})`;
  },

  async streamed_tool_call(api) {
    const events = await eventsOf(
      api.create({ model, input: "Paris?", tools: [weather], stream: true }),
    );
    const started = events.filter((event) => event.event_type === "step.start");
    assert.deepEqual(started.map((event) => event.step.type), ["thought", "function_call"]);
    const fragments = deltasOf(events)
      .filter((delta) => delta.type === "arguments_delta")
      .map((delta) => delta.arguments);
    assert.equal(fragments.join(""), '{"location":"Paris"}');
    assert.equal(events.at(-1).interaction.status, "requires_action");
    return `${fragments.length} fragments`;
  },

  async server_tools(api) {
    const tools = [{ type: "google_search" }, { type: "code_execution" }];
    const found = await api.create({ model, input: "Add 2 and 3.", tools });
    const [search, result, code, output, , answer] = found.steps;
    assert.equal(search.type, "google_search_call");
    assert.deepEqual(search.arguments.queries, ["Add 2 and 3"]);
    assert.deepEqual([result.type, result.call_id], ["google_search_result", search.id]);
    assert.deepEqual([code.type, code.arguments.code], ["code_execution_call", "print(2 + 3)"]);
    assert.deepEqual(
      [output.type, output.call_id, output.result],
      ["code_execution_result", code.id, "5\n"],
    );
    assert.equal(answer.content[0].annotations[0].type, "url_citation");
    return `${search.type}, ${code.type}`;
  },

  async media(api) {
    const request = { model, input: "Draw.", response_format: [{ type: "text" }, { type: "image" }] };
    const found = await api.create(request);
    assert.equal(found.output_image.mime_type, "image/png");
    assert.match(found.output_image.data, /^iVBOR/);
    const events = await eventsOf(api.create({ ...request, stream: true }));
    const images = deltasOf(events).filter((delta) => delta.type === "image");
    assert.deepEqual(images.map((delta) => delta.mime_type), ["image/png", "image/png"]);
    return found.output_image.mime_type;
  },

  async agent_stream(api) {
    const events = await eventsOf(
      api.create({
        agent,
        input: "Tides.",
        background: true,
        stream: true,
        agent_config: { type: "deep-research", thinking_summaries: "auto" },
      }),
    );
    const summaries = deltasOf(events).filter((delta) => delta.type === "thought_summary");
    assert.equal(summaries.length, 3);
    assert.match(textOf(events), /^# Report: Tides\./);
    assert.equal(events[0].interaction.agent, agent);
    return `${summaries.length} summaries`;
  },

  async background(api) {
    let interaction = await api.create({ agent, input: "Tides.", background: true });
    const statuses = [interaction.status];
    while (statuses.at(-1) === "in_progress" && statuses.length < 9) {
      interaction = await api.get(interaction.id);
      statuses.push(interaction.status);
    }
    assert.deepEqual(statuses, ["in_progress", "in_progress", "completed"]);
    assert.match(interaction.output_text, /^# Report: Tides\./);
    return statuses.join(", ");
  },

  async get(api) {
    const created = await api.create({ model, input: "Hello." });
    const found = await api.get(created.id);
    assert.deepEqual([found.id, found.status], [created.id, "completed"]);
    assert.equal(found.output_text, created.output_text);
    const whole = await api.get(created.id, { include_input: true });
    assert.deepEqual(
      whole.steps.map((step) => step.type),
      ["user_input", "thought", "model_output"],
    );
    return found.output_text;
  },

  async resume(api) {
    const streamed = api.create({ model, input: "Count from 1 to 25.", stream: true });
    const before = await eventsOf(streamed, 8);
    const { id } = before[0].interaction;
    const last_event_id = before.at(-1).event_id;
    const after = await eventsOf(api.get(id, { stream: true, last_event_id }));
    assert.notEqual(textOf(before), "");
    assert.equal(textOf(before) + textOf(after), numbers);
    assert.equal(kinds(after).at(-1), "interaction.completed");
    const every = await eventsOf(api.get(id, { stream: true }));
    assert.deepEqual(kinds(every), [...kinds(before), ...kinds(after)]);
    return `after ${last_event_id}: ${before.length} + ${after.length} events`;
  },

  async cancel(api) {
    const { id } = await api.create({ agent, input: "Tides.", background: true });
    assert.equal((await api.cancel(id)).status, "cancelled");
    assert.equal((await api.get(id)).status, "cancelled");
    const error = await failureOf(api.cancel(id));
    assert.equal(error.status, 400);
    return `cancelled; again: ${error.status}`;
  },

  async delete(api) {
    const { id } = await api.create({ model, input: "Hello." });
    await api.delete(id);
    const error = await failureOf(api.get(id));
    assert.deepEqual([error.name, error.status], ["NotFoundError", 404]);
    return `then ${error.status}`;
  },

  async not_stored(api) {
    const interaction = await api.create({ model, input: "Hello.", store: false });
    assert.deepEqual([!interaction.id, interaction.status], [true, "completed"]);
    return `id ${JSON.stringify(interaction.id)}`;
  },

  async continuation(api) {
    const request = { model, input: "[scenario: continuation 3]" };
    const whole = await api.create(request);
    assert.equal(whole.output_text, "Part 1 of 3. Part 2 of 3. Part 3 of 3. ");
    const events = await eventsOf(api.create({ ...request, stream: true }));
    assert.equal(textOf(events), whole.output_text);
    assert.deepEqual(
      events
        .filter((event) => event.event_type === "interaction.completed")
        .map((event) => event.interaction.status),
      ["requires_continuation", "requires_continuation", "completed"],
    );
    return `${whole.continuation_ids.length} hops`;
  },

  async error_event(api) {
    const input = "[scenario: error-event]";
    const last = (await eventsOf(api.create({ model, input, stream: true }))).at(-1);
    assert.deepEqual([last.event_type, last.error.code], ["error", "gateway_timeout"]);
    return last.error.code;
  },

  async unknown(api) {
    for (const name of ["event", "step", "delta"]) {
      const input = `[scenario: unknown-${name}]`;
      const events = await eventsOf(api.create({ model, input, stream: true }));
      assert.match(textOf(events), /nobody knows/);
      assert.equal(kinds(events).at(-1), "interaction.completed");
    }
    return "passed over";
  },

  async refused(api) {
    const stray = { type: "function_result", call_id: "none", name: "x", result: "y" };
    const error = await failureOf(api.create({ model, input: [stray] }));
    assert.deepEqual([error.name, error.status], ["BadRequestError", 400]);
    assert.match(error.message, /No function call with id/);
    return error.name;
  },

  async denied(api) {
    const headers = { "x-test-fault": "error status=403" };
    const error = await failureOf(api.create({ model, input: "Hi." }, { headers }));
    assert.deepEqual([error.name, error.status], ["PermissionDeniedError", 403]);
    return error.name;
  },
};

/** What a good client does not do; left out with `--conforming`. */
const provoking = ["refused"];
const onVertex = ["create", "stream", "background", "resume", "cancel", "delete"];

function vertexClient() {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "an-access-token" });
  authClient.quotaProjectId = "who-pays";
  return new GoogleGenAI({
    vertexai: true,
    project: "my-project",
    location: "europe-west4",
    googleAuthOptions: { authClient },
  });
}

async function run(title, client, names) {
  for (const name of names) {
    console.log(`${title} ${name}: ${await steps[name](client.interactions)}`);
  }
}

const conforming = process.argv.includes("--conforming");
const names = Object.keys(steps).filter((name) => !conforming || !provoking.includes(name));
await run("gemini", new GoogleGenAI({}), names);
await run("vertex", vertexClient(), onVertex);
