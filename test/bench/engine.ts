import { Agent, type ClientRequestArgs, request } from "node:http";
import type { Duplex } from "node:stream";
import type { NodeSSH } from "node-ssh";
import { readAccess } from "../../infra/access/access.ts";
import { dial } from "../../infra/access/dial.ts";

const SOCKET = "/var/run/docker.sock";
/** Engine API 1.41: Docker 20.10, the oldest that is supported. */
const API = "/v1.41";

/** A node's engine, spoken to directly: HTTP over streams to its socket, all in one SSH connection. */
export class Engine {
  readonly node: string;
  readonly #ssh: NodeSSH;
  readonly #agent: Agent;

  private constructor(node: string, ssh: NodeSSH) {
    this.node = node;
    this.#ssh = ssh;
    this.#agent = new SocketAgent(ssh);
  }

  static async connect(root: string, node: string): Promise<Engine> {
    return new Engine(node, await dial(readAccess(root, node)));
  }

  /**
   * One call.
   * @param allowed statuses besides 2xx that are no error: 304, 404
   * @throws naming node, call and what the engine answered
   */
  call<T>(method: string, path: string, body?: unknown, allowed: readonly number[] = []): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { "content-type": "application/json" };
    return new Promise((resolve, reject) => {
      const asking = request(
        { method, path: `${API}${path}`, host: "engine", agent: this.#agent, headers },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(parts).toString();
            const status = response.statusCode ?? 0;
            if ((status < 200 || status > 299) && !allowed.includes(status)) {
              reject(new Error(`${this.node}: engine ${method} ${path}: ${status} ${text.trim()}`));
            } else resolve((text === "" ? undefined : JSON.parse(text)) as T);
          });
        },
      );
      asking.on("error", (error) => reject(new Error(`${this.node}: engine ${method} ${path}: ${error.message}`)));
      asking.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#ssh.dispose();
  }
}

/** Connections of the HTTP client are streams of the SSH connection. */
class SocketAgent extends Agent {
  readonly #ssh: NodeSSH;

  constructor(ssh: NodeSSH) {
    super({ keepAlive: true, maxSockets: 6 });
    this.#ssh = ssh;
  }

  override createConnection(_options: ClientRequestArgs, done: (error: Error | null, stream: Duplex) => void) {
    const fail = (error: Error): void => done(error, undefined as unknown as Duplex);
    const { connection } = this.#ssh;
    if (connection === null) return void fail(new Error("the SSH connection is lost"));
    connection.openssh_forwardOutStreamLocal(SOCKET, (error, channel) => {
      if (error) return fail(error);
      // What an HTTP client asks of a socket and a stream in an SSH connection has no use for.
      const same = (): unknown => channel;
      const stream = Object.assign(channel, {
        setKeepAlive: same,
        setNoDelay: same,
        setTimeout: same,
        ref: same,
        unref: same,
      });
      done(null, stream as unknown as Duplex);
    });
    return undefined;
  }
}
