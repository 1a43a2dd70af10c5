import { type Agent, type IncomingMessage, request } from "node:http";
import type { GenerateEvent } from "../../../runtime/l7/generate.ts";
import { WorkerError } from "./worker-error.ts";

export interface WorkerCall {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal: AbortSignal;
  /** Time in which the first event must be here, and between two, ms. */
  readonly idleMs: number;
}

/** Longest refusal, and longest event, characters. */
const MAX_TEXT = 64 * 1024;

/**
 * The events of a worker's answer, in order; the last is `done`. Ending the iteration early, and `signal`, close the
 * connection, at which the worker stops.
 * @throws WorkerError; what `signal` aborts with, which is no fault of the worker
 */
export async function* askWorker(call: WorkerCall): AsyncGenerator<GenerateEvent, void> {
  const response = await opened(call);
  let rest = "";
  try {
    response.setEncoding("utf8");
    for await (const piece of response) {
      rest += piece as string;
      if (rest.length > MAX_TEXT) throw new WorkerError("down", 502, "worker_failed", "an event that is too long");
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.startsWith("data: ")) continue;
        const event = JSON.parse(line.slice(6)) as GenerateEvent;
        if ("error" in event) throw failed(event.error.code, event.error.message);
        yield event;
        if ("done" in event) return;
      }
    }
    throw new WorkerError("down", 502, "worker_failed", "the answer broke off");
  } catch (error) {
    call.signal.throwIfAborted();
    throw asWorkerError(error);
  } finally {
    response.destroy();
  }
}

function opened({ url, agent, headers, body, signal, idleMs }: WorkerCall): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? signal.reason : asWorkerError(error));
    const all = { "content-type": "application/json", "content-length": String(body.length), ...headers };
    const asked = request(url, { method: "POST", agent, headers: all, signal, timeout: idleMs });
    asked.once("timeout", () => asked.destroy(new Error("no event in time")));
    asked.once("error", fail);
    asked.once("response", (response) => {
      if (response.statusCode === 200) resolve(response);
      else refusal(response).then(reject, fail);
    });
    asked.end(body);
  });
}

async function refusal(response: IncomingMessage): Promise<WorkerError> {
  let text = "";
  for await (const piece of response.setEncoding("utf8")) {
    text += piece as string;
    if (text.length > MAX_TEXT) break;
  }
  const { error } = JSON.parse(text) as { readonly error?: { readonly code?: string; readonly message?: string } };
  const [status, code, message] = [response.statusCode ?? 0, error?.code ?? "unknown", error?.message ?? "unknown"];
  if (status === 400 || status === 413) return new WorkerError("refused", 400, code, message);
  // A claim that is refused is its tenant's trouble: the worker goes on for the others.
  if ([401, 403, 429, 503].includes(status)) return new WorkerError("busy", 503, code, message);
  return failed(code, message);
}

const failed = (code: string, message: string): WorkerError => new WorkerError("down", 502, code, message);

function asWorkerError(error: unknown): WorkerError {
  if (error instanceof WorkerError) return error;
  const { message } = error as Error;
  return new WorkerError("down", 502, "worker_failed", message, { cause: error });
}
