import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Tenant } from "../model/types.ts";
import type { Drill, Observation } from "./types.ts";

const FLAG = "LAYER_DISCREPANCY";
/** How long the control, an event that agrees with itself, is watched once the other was flagged, ms. */
const STILL_MS = 1500;
const LOOK_MS = 250;
/** Entries that are looked through for what device 51 said. */
const NEWEST = 2000;

/** 2: somebody rewrote what Layer 4 says of an event, so that it looks harmless. */
export const logTampering: Drill = {
  number: 2,
  id: "log-tampering",
  scenario: "Log tampering detection (device 51)",
  defence: "device 51 compares what Layers 3 and 4 say of an event",
  needs: ["redis", "l8-advml"],
  async run({ victim, doors, credentials, patienceMs = 15_000 }) {
    const { user, password } = credentials.redis({ tenant: victim.id, role: "writer", source: "stack" });
    const redis = await doors.redis(user, password);
    const [crafted, honest] = [randomUUID(), randomUUID()];
    const key = victim.streams.socEvents;
    try {
      await redis.xadd(key, "*", "event", eventOf(victim, honest, 0.9));
      await redis.xadd(key, "*", "event", eventOf(victim, crafted, 0.15));
      const flags = await flagsOf(redis, key, crafted, patienceMs);
      await sleep(STILL_MS);
      const control = await flagsOf(redis, key, honest, 0);
      return {
        attack: said("an event with l3.score 0.95 and l4.confidence 0.15", `advml_flags ${FLAG}`, flags, true),
        control: said("an event with l3.score 0.95 and l4.confidence 0.90", "no flag", control, false),
      };
    } finally {
      redis.disconnect();
    }
  },
};

function said(what: string, expected: string, flags: readonly string[], wanted: boolean): Observation {
  const actual = flags.length > 0 ? `advml_flags ${flags.join(", ")}` : "no flag";
  return { what, expected, actual, held: flags.includes(FLAG) === wanted };
}

/** An event as the SOC router publishes it. */
function eventOf(tenant: Tenant, id: string, confidence: number): string {
  return JSON.stringify({
    event_id: id,
    tenant_id: tenant.prefix,
    ts: new Date().toISOString(),
    source_device: 52,
    source_layer: 8,
    category: "NETWORK",
    severity: "HIGH",
    payload: { drill: "log-tampering" },
    l3: { score: 0.95, decision: "ALERT", rules: [] },
    l4: { class: "MALWARE_C2", confidence, evidence: [], alternatives: [] },
  });
}

/** What device 51 said about the event, waiting for it at most `patience` ms. */
async function flagsOf(redis: Redis, key: string, about: string, patience: number): Promise<readonly string[]> {
  const until = performance.now() + patience;
  for (;;) {
    for (const [, fields] of await redis.xrevrange(key, "+", "-", "COUNT", NEWEST)) {
      const found = enrichmentOf(fields[1] ?? "");
      if (found?.about === about) return found.advml_flags;
    }
    if (performance.now() >= until) return [];
    await sleep(LOOK_MS);
  }
}

interface Enriched {
  readonly about: string;
  readonly advml_flags: readonly string[];
}

function enrichmentOf(text: string): Enriched | undefined {
  try {
    const { l8_enrichment: found } = JSON.parse(text) as { readonly l8_enrichment?: Partial<Enriched> };
    return typeof found?.about === "string" && Array.isArray(found.advml_flags) ? (found as Enriched) : undefined;
  } catch {
    return undefined;
  }
}
