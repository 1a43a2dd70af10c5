import type { Redis } from "ioredis";
import { NO_ANSWER } from "../judge.ts";
import type { Answer, Probe } from "../types.ts";
import type { Credentials, Login } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type RedisProbe = Extract<Probe, { kind: "redis" }>;
type LoginProbe = Extract<Probe, { kind: "redis-login" }>;

/** Words with which Redis names the class of an error. */
const CLASS = /^([A-Z]{3,}) /;
/** Classes that say nothing about rights: the server cannot answer now. */
const NOT_NOW: ReadonlySet<string> = new Set(["LOADING", "BUSY", "MASTERDOWN", "OOM", "MISCONF"]);

/** Runs Redis probes, one connection for each login. Replies are never shown: they may be what must not leak. */
export class RedisDriver {
  private readonly doors: Doors;
  private readonly credentials: Credentials;
  private readonly open = new Map<string, Promise<Redis>>();

  constructor(doors: Doors, credentials: Credentials) {
    this.doors = doors;
    this.credentials = credentials;
  }

  async run(probe: RedisProbe): Promise<Answer> {
    const login = this.credentials.redis(probe.as);
    if (!probe.fresh) return call(await this.shared(login), probe);
    const redis = await this.doors.redis(login.user, login.password);
    try {
      return await call(redis, probe);
    } finally {
      redis.disconnect();
    }
  }

  async login({ as }: LoginProbe): Promise<Answer> {
    const { user, password } = this.credentials.redis(as);
    try {
      (await this.doors.redis(user, password)).disconnect();
      return { class: "OK", detail: "logged in" };
    } catch (error) {
      return refusal(error as Error);
    }
  }

  async close(): Promise<void> {
    for (const pending of this.open.values()) await pending.then((r) => r.disconnect()).catch(() => undefined);
    this.open.clear();
  }

  private shared({ user, password }: Login): Promise<Redis> {
    const key = `${user}\n${password}`;
    const known = this.open.get(key);
    if (known) return known;
    const opened = this.doors.redis(user, password);
    this.open.set(key, opened);
    // One that was cut off (a user that was changed loses its connections) is opened anew by the next probe.
    opened.then((redis) => redis.once("end", () => this.open.delete(key))).catch(() => undefined);
    return opened;
  }
}

async function call(redis: Redis, { command, through, seeks }: RedisProbe): Promise<Answer> {
  const [name = "", ...args] = command;
  try {
    // In lower case: the library tells by the name that SUBSCRIBE changes what the connection can do.
    const reply = await redis.call(name.toLowerCase(), ...args);
    if (seeks === undefined) return { class: "OK", detail: "answered" };
    const listed = JSON.stringify(reply).replaceAll("\\", "").includes(seeks);
    return { class: listed ? "listed" : "not_listed", detail: `searched for ${seeks}` };
  } catch (error) {
    const { message } = error as Error;
    if (through !== undefined && message.includes(through)) return { class: "THROUGH", detail: message };
    return refusal(error as Error);
  }
}

function refusal({ message }: Error): Answer {
  const found = CLASS.exec(message)?.[1] ?? NO_ANSWER;
  return { class: NOT_NOW.has(found) ? NO_ANSWER : found, detail: message };
}
