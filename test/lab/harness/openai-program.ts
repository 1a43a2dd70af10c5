import OpenAI from "openai";

// Asks the API with the official client, as a user's program does: settings from the environment, what came back as JSON.

const { BASE_URL = "", MODEL = "", PROMPT = "Hello", HOW = "" } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, maxRetries: 0 });
const request = { model: MODEL, messages: [{ role: "user" as const, content: PROMPT }], temperature: 0 };

async function ask(): Promise<object> {
  if (HOW === "models") return { models: (await client.models.list()).data.map(({ id }) => id) };
  if (HOW === "chat") {
    const { choices, usage } = await client.chat.completions.create({ ...request, max_tokens: 16 });
    return { text: choices[0]?.message.content, tokens: usage?.completion_tokens };
  }
  const stream = await client.chat.completions.create({ ...request, max_tokens: 64, stream: true });
  let deltas = 0;
  for await (const { choices } of stream) {
    if (choices[0]?.delta.content) deltas += 1;
    // Breaking out closes the connection.
    if (HOW === "cancel" && deltas === 3) break;
  }
  return { deltas };
}

const answer = await ask().catch((error: unknown) => {
  if (error instanceof OpenAI.APIError) return { status: error.status, code: error.code };
  throw error;
});
process.stdout.write(JSON.stringify(answer));
