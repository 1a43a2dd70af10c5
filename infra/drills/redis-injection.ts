import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Drill, DrillContext, Observation } from "./types.ts";

/** What XADD says of an id that can never be, once the access control has let it through. */
const LET_THROUGH = "greater than 0-0";

/** 1: a tenant's writer puts an event on another tenant's stream. */
export const redisInjection: Drill = {
  number: 1,
  id: "redis-injection",
  scenario: "Tenant escape via Redis stream injection",
  defence: "Redis ACL: a tenant's user reaches its own prefix alone",
  needs: ["redis"],
  async run(context) {
    const { attacker, victim, doors, credentials } = context;
    const { user, password } = credentials.redis({ tenant: attacker.id, role: "writer", source: "node" });
    const redis = await doors.redis(user, password);
    try {
      return {
        attack: await inject(redis, user, victim.streams.socEvents, context),
        control: await ownStream(redis, user, attacker.streams.socEvents),
      };
    } finally {
      redis.disconnect();
    }
  },
};

async function inject(redis: Redis, user: string, key: string, context: DrillContext): Promise<Observation> {
  const what = `${user}: XADD ${key} * event …`;
  const expected = "NOPERM";
  try {
    const id = await redis.xadd(key, "*", "event", JSON.stringify({ event_id: randomUUID(), drill: true }));
    await withdraw(context, key, String(id));
    return { what, expected, actual: `the entry ${id} was written`, held: false };
  } catch (error) {
    const { message } = error as Error;
    return { what, expected, actual: brief(message), held: message.startsWith("NOPERM ") };
  }
}

/** What a drill wrote where it must not is taken away by the administrator. */
async function withdraw({ doors, credentials }: DrillContext, key: string, id: string): Promise<void> {
  const { user, password } = credentials.redis("admin");
  const redis = await doors.redis(user, password);
  await redis.xdel(key, id).finally(() => redis.disconnect());
}

async function ownStream(redis: Redis, user: string, key: string): Promise<Observation> {
  const what = `${user}: XADD ${key} 0-0 …, an id that the server refuses once the access control has let it through`;
  const error = await redis.xadd(key, "0-0", "event", "").then(
    () => new Error("an entry was written"),
    (thrown: Error) => thrown,
  );
  const held = error.message.includes(LET_THROUGH);
  return { what, expected: `let through to ${key}`, actual: brief(error.message), held };
}

const brief = (text: string): string => text.slice(0, 120);
