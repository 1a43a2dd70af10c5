import type { Answer, Probe } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type QdrantProbe = Extract<Probe, { kind: "qdrant" }>;
type ApiProbe = Extract<Probe, { kind: "api" }>;

/** Runs probes over HTTPS: Qdrant's REST interface and the L7 front. Bodies are never shown. */
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

  async api({ as, path, headers }: ApiProbe): Promise<Answer> {
    const call = { method: "GET" as const, path, headers: { ...this.credentials.api(as), ...headers } };
    const { status } = await this.doors.https("haproxy", call);
    return { class: String(status), detail: `GET ${path}: ${status}` };
  }
}
