import { createHmac } from "node:crypto";
import { Agent, request } from "node:https";
import type { Container } from "../../infra/model/types.ts";
import { Authority } from "./certificates.ts";
import { eventually } from "./engine.ts";
import { Rig } from "./rig.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Parsed, when the answer is JSON. */
  readonly json: { readonly result?: unknown; readonly status?: unknown };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
export const soon = (): number => Math.floor(Date.now() / 1000) + 600;

/** A token as the deployer signs it; `header` and `secret` to forge one. */
export function token(claims: object, secret: string, header: object = { alg: "HS256", typ: "JWT" }): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** A running dsmil-qdrant and a client that verifies its certificate. */
export class QdrantRig {
  readonly rig: Rig;
  readonly authority = new Authority();
  key = "an-administrators-key-0123456789";

  constructor(plan: Container) {
    this.rig = new Rig(plan);
  }

  async start(): Promise<void> {
    await this.certificates();
    await this.writeKey(this.key);
    await this.rig.start();
    await this.up();
  }

  async certificates(): Promise<void> {
    const { cert, key } = this.authority.issue("qdrant.dsmil.local");
    const files = { "tls.crt": cert, "tls.key": { content: key, mode: "0400" }, "ca.crt": this.authority.cert };
    await this.rig.write("/etc/dsmil/certs", files);
  }

  writeKey(content: string): Promise<void> {
    return this.rig.write("/etc/qdrant", { api_key: { content, mode: "0400" } });
  }

  async up(): Promise<void> {
    await this.rig.healthy();
    await eventually("qdrant", async () => (await this.ask("GET", "/readyz", {})).status === 200 || undefined);
  }

  /** One request with these headers on a connection of its own. */
  async ask(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
    const port = await this.rig.port(6333);
    const content = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const length: Record<string, string> =
      content === undefined ? {} : { "content-length": String(Buffer.byteLength(content)) };
    const agent = new Agent({ ca: this.authority.cert });
    return new Promise((done, fail) => {
      const options = { host: "localhost", port, method, path, headers: { ...headers, ...length }, agent };
      const asked = request(options, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => {
          const isJson = answer.headers["content-type"] === "application/json";
          done({ status: answer.statusCode ?? 0, text, json: isJson ? (JSON.parse(text) as Answer["json"]) : {} });
        });
      });
      asked.on("error", fail).end(content);
    });
  }

  /** The administrator's request, which has to succeed; its result. */
  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text, json } = await this.ask(method, path, { "api-key": this.key }, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
    return json.result;
  }

  async dispose(): Promise<void> {
    await this.rig.dispose();
    this.authority.dispose();
  }
}
