import { request } from "node:http";

const USAGE = `usage: ctl show
       ctl ping NODE [COUNT] [TENANT]
       ctl rotate [NODE]
       ctl send JSON      as POST /v1/send; "-" reads it from standard input`;

/** Longest answer that is printed, bytes. */
const MOST = 8 * 1024 * 1024;

/**
 * The operators' tool, inside the container: asks the gateway beside it and prints its answer as JSON. Returns the exit
 * code: 0, 1 when the gateway refused or was not reached, 2 for a command that is none.
 */
export async function ctl(argv: readonly string[], socketPath: string): Promise<number> {
  const call = await parse(argv);
  if (!call) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const { status, text } = await ask(socketPath, call.method, call.path, call.body);
    process.stdout.write(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
    return status === 200 ? 0 : 1;
  } catch (error) {
    const { message } = error as Error;
    process.stdout.write(`${JSON.stringify({ error: `the gateway is not reached at ${socketPath}: ${message}` })}\n`);
    return 1;
  }
}

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: string;
}

async function parse([command, ...args]: readonly string[]): Promise<Call | undefined> {
  const [first, second, third] = args;
  const post = (path: string, body: object): Call => ({ method: "POST", path, body: JSON.stringify(body) });
  if (command === "show" && args.length === 0) return { method: "GET", path: "/v1/show" };
  if (command === "rotate" && args.length <= 1) return post("/v1/rotate", first === undefined ? {} : { node: first });
  if (command === "ping" && first !== undefined && args.length <= 3) {
    return post("/v1/ping", { node: first, count: Number(second ?? 1), ...(third !== undefined && { tenant: third }) });
  }
  if (command !== "send" || first === undefined || args.length > 1) return undefined;
  return { method: "POST", path: "/v1/send", body: first === "-" ? await standardInput() : first };
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function ask(socketPath: string, method: string, path: string, body = ""): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers =
      method === "POST" ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {};
    const asked = request({ socketPath, method, path, headers, timeout: 130_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MOST) asked.destroy(new Error("its answer is too long"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", reject);
    asked.end(body);
  });
}
