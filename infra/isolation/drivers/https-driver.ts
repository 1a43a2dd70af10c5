import { pause } from "../../../images/runtime/pause.ts";
import type { Answer, Probe } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type QdrantProbe = Extract<Probe, { kind: "qdrant" }>;
type ApiProbe = Extract<Probe, { kind: "api" }>;
type MonitorProbe = Extract<Probe, { kind: "monitor" }>;
type ServiceProbe = Extract<Probe, { kind: "service" }>;

/** Runs probes over HTTPS: Qdrant's REST interface, the L7 front, a tenant's ingest, SHRINK. Bodies are never shown. */
export class HttpsDriver {
  private readonly doors: Doors;
  private readonly credentials: Credentials;

  constructor(doors: Doors, credentials: Credentials) {
    this.doors = doors;
    this.credentials = credentials;
  }

  async qdrant({ as, method, path, body, seeks }: QdrantProbe): Promise<Answer> {
    const headers = this.credentials.qdrant(as);
    const answer = await this.doors.https("qdrant", { method, path, headers, ...(body !== undefined && { body }) });
    const detail = `${method} ${path.split("?")[0]}: ${answer.status}`;
    if (seeks === undefined || answer.status !== 200) return { class: String(answer.status), detail };
    return { class: answer.body.includes(seeks) ? "listed" : "not_listed", detail };
  }

  async api({ as, path, headers, body, ...probe }: ApiProbe): Promise<Answer> {
    const method = probe.method ?? (body === undefined ? "GET" : "POST");
    const call = { method, path, headers: { ...this.credentials.api(as), ...headers } } as const;
    const answer = await this.doors.https("haproxy", { ...call, ...(body !== undefined && { body }) });
    return coded(answer, `${method} ${path}`);
  }

  async service({ server, as, method, path, headers, seeks }: ServiceProbe): Promise<Answer> {
    const { headers: shown, client } = this.credentials.service(as);
    const call = { method, path, headers: { ...shown, ...headers }, ...(client && { client }) };
    const ask = () => this.doors.https(server, { ...call, ...(method === "POST" && { lines: "" }) });
    let answer = await ask();
    // Attempts at the same time: a server that has too many of them says nothing about whose they are.
    for (let again = 1; again <= MOST_AGAIN && isTooMany(answer); again++) {
      await pause(again * AGAIN_MS, AbortSignal.timeout(10_000));
      answer = await ask();
    }
    if (seeks === undefined || answer.status !== 200) return coded(answer, `${method} ${path}`);
    return { class: answer.body.includes(seeks) ? "listed" : "not_listed", detail: `${method} ${path}: searched` };
  }

  async monitor({ server, as, path }: MonitorProbe): Promise<Answer> {
    try {
      const { status } = await this.doors.https(server, { method: "GET", path, ...this.credentials.monitor(as) });
      return { class: String(status), detail: `GET at ${server}: ${status}` };
    } catch (error) {
      if (!isTlsRefusal(error as NodeJS.ErrnoException)) throw error;
      return { class: "tls_refused", detail: `${server}: ${(error as NodeJS.ErrnoException).code}` };
    }
  }
}

/** How a server ends a connection whose certificate it does not take: an alert, or without a word. */
const isTlsRefusal = ({ code = "" }: NodeJS.ErrnoException): boolean =>
  code.startsWith("ERR_SSL_") || code === "ECONNRESET" || code === "EPIPE";

/** How often a server is asked again that has too much under way, and the first wait, ms. */
const MOST_AGAIN = 6;
const AGAIN_MS = 200;

const isTooMany = ({ status, body }: { readonly status: number; readonly body: string }): boolean =>
  status === 429 && codeIn(body) === "too_many_requests";

/** Form of an error's code. */
const CODE = /^[A-Za-z0-9_]{1,64}$/;

/** The status, with the error's code: a refusal by the wrong thing often has the right status. */
function coded({ status, body }: { readonly status: number; readonly body: string }, what: string): Answer {
  const code = status < 400 ? undefined : codeIn(body);
  const name = code === undefined ? String(status) : `${status} ${code}`;
  return { class: name, detail: `${what}: ${name}` };
}

function codeIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly code?: unknown } };
    const code = error?.code;
    return typeof code === "string" && CODE.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
