import type { Client } from "pg";
import { NO_ANSWER } from "../judge.ts";
import type { Answer, Probe } from "../types.ts";
import type { Credentials, Login } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type PostgresProbe = Extract<Probe, { kind: "postgres" }>;
type LoginProbe = Extract<Probe, { kind: "postgres-login" }>;

/** A connection and the transaction that runs on it. */
interface Session {
  readonly client: Client;
  /** Ends when the one before does; transactions take turns. */
  turn: Promise<unknown>;
}

/** Longest that a probe waits for a lock, so that it never holds up a service. */
const LOCK_TIMEOUT = "2s";

/** Runs Postgres probes: each in a transaction that is rolled back unless it is a fixture. */
export class PostgresDriver {
  private readonly doors: Doors;
  private readonly credentials: Credentials;
  private readonly open = new Map<string, Promise<Session>>();

  constructor(doors: Doors, credentials: Credentials) {
    this.doors = doors;
    this.credentials = credentials;
  }

  async run(probe: PostgresProbe): Promise<Answer> {
    const session = await this.session(this.credentials.postgres(probe.as));
    const result = session.turn.then(() => transaction(session.client, probe));
    session.turn = result.catch(() => undefined);
    return result;
  }

  async login({ as }: LoginProbe): Promise<Answer> {
    const { user, password } = this.credentials.postgres(as);
    try {
      await (await this.doors.postgres(user, password)).end();
      return { class: "OK", detail: "logged in" };
    } catch (error) {
      return refusal(error);
    }
  }

  async close(): Promise<void> {
    for (const pending of this.open.values()) await pending.then((s) => s.client.end()).catch(() => undefined);
    this.open.clear();
  }

  private session({ user, password }: Login): Promise<Session> {
    const key = `${user}\n${password}`;
    const known = this.open.get(key);
    if (known) return known;
    const opened = this.connect(user, password);
    this.open.set(key, opened);
    // One that was cut off is opened anew by the next probe.
    opened.then((session) => session.client.once("end", () => this.open.delete(key))).catch(() => undefined);
    return opened;
  }

  private async connect(user: string, password: string): Promise<Session> {
    return { client: await this.doors.postgres(user, password), turn: Promise.resolve() };
  }
}

async function transaction(client: Client, { sql, counts, commit }: PostgresProbe): Promise<Answer> {
  await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`);
  let failed = true;
  try {
    let last: unknown;
    for (const statement of sql) last = (await client.query({ text: statement, rowMode: "array" })).rows[0]?.[0];
    failed = false;
    if (!counts) return { class: "OK", detail: "done" };
    return { class: Number(last) > 0 ? "rows" : "no_rows", detail: `count ${Number(last)}` };
  } catch (error) {
    return refusal(error);
  } finally {
    await client.query(commit && !failed ? "commit" : "rollback").catch(() => undefined);
  }
}

/** A lock that is taken, a statement cancelled, a server going down: no answer to what was asked. */
const BUSY = /^(55P03|57|08|53)/;

function refusal(error: unknown): Answer {
  const { message, code } = error as { message: string; code?: string };
  const state = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !BUSY.test(code) ? code : NO_ANSWER;
  return { class: state, detail: message };
}
