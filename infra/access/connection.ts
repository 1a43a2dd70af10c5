import type { Duplex } from "node:stream";
import type { NodeSSH } from "node-ssh";
import type { NodeAccess } from "./access.ts";
import { type ExecOptions, type ExecResult, NotStarted, runCommand } from "./command.ts";
import { dial } from "./dial.ts";
import { endpointOf, NodeError } from "./node-error.ts";
import { Semaphore } from "./semaphore.ts";
import { shellQuote } from "./shell-quote.ts";
import { type Forward, listen, openSocket, openTunnel } from "./tunnel.ts";

/** One node, over one SSH connection that is dialled when needed, kept alive, and dialled again when it was lost. */
export interface NodeConnection {
  readonly access: NodeAccess;
  /** Runs a command, arguments quoted. A non-zero exit is a result, not an error. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** A byte stream to a port as seen from the node: a container's address, or its loopback. */
  stream(host: string, port: number): Promise<Duplex>;
  /** A byte stream to a Unix socket of the node. */
  socket(path: string): Promise<Duplex>;
  /** A port on this machine's loopback that leads there, for clients that want an address. */
  forward(host: string, port: number): Promise<Forward>;
  /** Ends it and its forwards; a later `connect` dials anew. */
  close(): Promise<void>;
}

/** sshd allows 10 sessions a connection by default (MaxSessions); tunnels do not count. */
const SESSIONS = 8;
/** An unused connection is given back after so long, so that a program that forgot to close it can end. */
const IDLE_MS = 10_000;

const open = new Map<string, Connection>();

/**
 * The connection to a node: one a process, shared by all who ask, dialled before it is handed out.
 * @throws NodeError naming node, endpoint and cause (at most 3 tries, 20 s).
 */
export async function connect(access: NodeAccess): Promise<NodeConnection> {
  const key = [access.node, endpointOf(access), access.hostKey, access.identityFile ?? ""].join("|");
  const known = open.get(key);
  const connection = known ?? new Connection(access, () => open.delete(key));
  if (known === undefined) open.set(key, connection);
  await connection.ready();
  return connection;
}

/** Closes every connection of this process; what a command does before it ends. */
export async function closeConnections(): Promise<void> {
  await Promise.all([...open.values()].map((connection) => connection.close()));
}

class Connection implements NodeConnection {
  readonly access: NodeAccess;
  readonly #forget: () => void;
  readonly #sessions = new Semaphore(SESSIONS);
  readonly #forwards = new Set<Forward>();
  #ssh: Promise<NodeSSH> | undefined;
  #busy = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(access: NodeAccess, forget: () => void) {
    this.access = access;
    this.#forget = forget;
  }

  async ready(): Promise<void> {
    await this.#use(async () => undefined);
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const command = shellQuote(bounded(argv, options.timeoutMs));
    return this.#sessions.use(async () => {
      options.signal?.throwIfAborted();
      return this.#use(async (ssh) => {
        if (ssh.connection === null) throw new NotStarted("connection lost");
        return runCommand(ssh.connection, command, options);
      }, describe(argv));
    });
  }

  async stream(host: string, port: number): Promise<Duplex> {
    return this.#stream((ssh) => openTunnel(ssh, host, port));
  }

  async socket(path: string): Promise<Duplex> {
    return this.#stream((ssh) => openSocket(ssh, path));
  }

  async #stream(open: (ssh: NodeSSH) => Promise<Duplex>): Promise<Duplex> {
    return this.#use(async (ssh) => {
      const stream = await open(ssh);
      this.#hold();
      stream.once("close", () => this.#release());
      return stream;
    }, "tunnel");
  }

  async forward(host: string, port: number): Promise<Forward> {
    await this.ready();
    const inner = await listen(() => this.stream(host, port));
    const forward: Forward = {
      port: inner.port,
      close: async () => {
        this.#forwards.delete(forward);
        await inner.close();
      },
    };
    this.#forwards.add(forward);
    return forward;
  }

  async close(): Promise<void> {
    this.#forget();
    clearTimeout(this.#idle);
    await Promise.all([...this.#forwards].map((forward) => forward.close()));
    await this.#drop();
  }

  /** Runs `work` on a live connection; once more on a new one if it could not even start. */
  async #use<T>(work: (ssh: NodeSSH) => Promise<T>, what = "connection"): Promise<T> {
    this.#hold();
    try {
      for (let again = false; ; again = true) {
        const ssh = await this.#live();
        try {
          return await work(ssh);
        } catch (error) {
          if (!(error instanceof NotStarted) || again) throw this.#named(error, what);
          if ((await this.#ssh?.catch(() => undefined)) === ssh) await this.#drop();
        }
      }
    } finally {
      this.#release();
    }
  }

  async #live(): Promise<NodeSSH> {
    // Callers that arrive together share one dial.
    this.#ssh ??= dial(this.access);
    const dialling = this.#ssh;
    try {
      const ssh = await dialling;
      if (ssh.isConnected()) return ssh;
    } catch (error) {
      if (this.#ssh === dialling) this.#ssh = undefined;
      throw error;
    }
    if (this.#ssh === dialling) this.#ssh = undefined;
    return this.#live();
  }

  async #drop(): Promise<void> {
    const ssh = this.#ssh;
    this.#ssh = undefined;
    await ssh?.then(
      (live) => live.dispose(),
      () => undefined,
    );
  }

  #named(error: unknown, what: string): unknown {
    if (error instanceof NodeError || (error instanceof Error && error.name === "AbortError")) return error;
    return new NodeError(this.access, `${what}: ${(error as Error).message}`, { cause: error });
  }

  #hold(): void {
    this.#busy++;
    clearTimeout(this.#idle);
  }

  #release(): void {
    this.#busy--;
    if (this.#busy > 0) return;
    // An open connection keeps the process alive, a closed one must not: unreferenced, the timer still fires for the first.
    this.#idle = setTimeout(() => void this.#drop(), IDLE_MS).unref();
  }
}

/** A command given up here must not run on there: sshd refuses signals for root, so the node keeps the time too. */
function bounded(argv: readonly string[], timeoutMs: number | undefined): readonly string[] {
  if (timeoutMs === undefined) return argv;
  return ["timeout", "-k", "2", String(Math.ceil(timeoutMs / 1000) + 1), ...argv];
}

/** The start of a command for messages; arguments are never secret, but may be long. */
function describe(argv: readonly string[]): string {
  const text = argv.join(" ").replaceAll(/\s+/g, " ");
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
