import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { deployedTenant, type Fleet, redisLogin } from "../stores/fleet.ts";
import { connectRedis } from "../stores/redis-client.ts";
import { eventLine, HEADER, type ShownEvent } from "./render.ts";

export interface TailOptions {
  readonly tenant: string;
  readonly limit: number;
  readonly follow?: boolean;
  readonly rejects?: boolean;
  readonly json?: boolean;
}

type Entry = readonly [id: string, fields: readonly string[]];

const BLOCK_MS = 5_000;
const PAUSE_MS = 1_000;

/** Prints a tenant's latest events, oldest first, and with `follow` those that come, across lost connections. */
export async function tailEvents(fleet: Fleet, options: TailOptions, signal: AbortSignal): Promise<void> {
  const known = deployedTenant(fleet, options.tenant);
  const key = options.rejects ? known.tenant.streams.rejects : known.tenant.streams.socEvents;
  // A blocked read is silent for as long as it blocks.
  const login = { ...redisLogin(known, "reader"), silenceMs: BLOCK_MS + 10_000 };
  const open = async (): Promise<Redis> => connectRedis(await fleet.endpoints.get("redis"), login);
  let redis: Redis | undefined = await open();
  const onAbort = (): void => redis?.disconnect();
  signal.addEventListener("abort", onAbort);
  try {
    const found = (await redis.call("XREVRANGE", key, "+", "-", "COUNT", options.limit)) as Entry[];
    const print = printer(options);
    for (const entry of found.toReversed()) print(entry);
    let last = found[0]?.[0] ?? "0-0";
    while (options.follow && !signal.aborted) {
      try {
        redis ??= await open();
        const reply = (await redis.call("XREAD", "COUNT", 100, "BLOCK", BLOCK_MS, "STREAMS", key, last)) as
          | [string, Entry[]][]
          | null;
        for (const entry of reply?.[0]?.[1] ?? []) {
          print(entry);
          last = entry[0];
        }
      } catch (error) {
        redis?.disconnect();
        redis = undefined;
        if (signal.aborted) break;
        process.stderr.write(`not reading: ${(error as Error).message}; trying again\n`);
        await sleep(PAUSE_MS);
      }
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    redis?.disconnect();
  }
}

function printer({ json }: TailOptions): (entry: Entry) => void {
  const width = process.stdout.isTTY ? (process.stdout.columns ?? 80) : 80;
  if (!json) process.stdout.write(`${HEADER}\n`);
  return ([id, fields]) => {
    const text = fields[fields.indexOf("event") + 1] ?? "";
    let event: ShownEvent;
    try {
      event = JSON.parse(text) as ShownEvent;
    } catch {
      event = { category: "UNREADABLE", payload: { line: text } };
    }
    process.stdout.write(`${json ? JSON.stringify({ stream_id: id, ...event }) : eventLine(event, width)}\n`);
  };
}
