import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificates } from "./certificates.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

const MOUNT = "transit";
const FORM = /^vault:v1:([A-Za-z0-9+/=]+)$/;
const failed = (status: number, ...errors: string[]): Answer => ({ status, body: JSON.stringify({ errors }) });
const done = (data: object): Answer => ({ status: 200, body: JSON.stringify({ request_id: randomUUID(), data }) });

/**
 * Answers as the transit engine's documented HTTP API does (encrypt, decrypt, its error forms); it is not Vault and not
 * OpenBao, of which no server was at hand.
 */
export class TransitServer {
  readonly token = `s.${randomBytes(12).toString("hex")}`;
  /** Instead of any answer. */
  instead: Answer | undefined;
  /** Paths that were asked. */
  readonly asked: string[] = [];
  readonly #certificates: Certificates;
  readonly #keys = new Map<string, Buffer>();
  #server: Server | undefined;
  #port = 0;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }

  get address(): string {
    return `https://localhost:${this.#port}`;
  }

  /** Makes a key, as `vault write -f transit/keys/<name>` does. */
  addKey(name: string): void {
    this.#keys.set(name, randomBytes(32));
  }

  async start(): Promise<void> {
    const { cert, key } = this.#certificates;
    this.#server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    this.asked.push(request.url ?? "");
    const { status, body } = this.instead ?? this.#answer(request, text);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  }

  #answer(request: IncomingMessage, text: string): Answer {
    if (request.headers["x-vault-token"] !== this.token) return failed(403, "permission denied");
    const [, mount, verb, name = ""] = /^\/v1\/([^/]+)\/(encrypt|decrypt)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    if (mount !== MOUNT || request.method !== "POST") return failed(404, `no handler for route "${request.url}"`);
    const key = this.#keys.get(name);
    if (key === undefined) return failed(400, "encryption key not found");
    const { plaintext = "", ciphertext = "" } = JSON.parse(text) as Record<string, string>;
    return verb === "encrypt" ? done({ ciphertext: sealed(key, plaintext), key_version: 1 }) : opened(key, ciphertext);
  }
}

function sealed(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([nonce, cipher.update(plaintext, "base64"), cipher.final(), cipher.getAuthTag()]);
  return `vault:v1:${body.toString("base64")}`;
}

function opened(key: Buffer, ciphertext: string): Answer {
  const bytes = Buffer.from(FORM.exec(ciphertext)?.[1] ?? "", "base64");
  if (bytes.length < 28) return failed(400, "invalid ciphertext: could not decode base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    return done({ plaintext: plaintext.toString("base64") });
  } catch {
    return failed(400, "cipher: message authentication failed");
  }
}
