import type { Redis } from "ioredis";
import { eventId, lineOf } from "../../../infra/cli/events/event-id.ts";
import type { Tenant } from "../../../infra/model/types.ts";

/** The layers' streams that an event passes, and the one of what they refused. */
export const PASSED = ["l3In", "l3Out", "l4In", "l4Out", "socEvents", "rejects"] as const;
export type Passed = (typeof PASSED)[number];

/** A tenant and the run that it was sent. */
export interface TenantRun {
  readonly tenant: Tenant;
  readonly run: string;
  /** Lines that were acknowledged: 1 to `sent`. */
  readonly sent: number;
}

/** What one stream holds of a run. */
export interface StreamAccount {
  /** Entries of the run, repeated ones too. */
  readonly entries: number;
  /** Different events among them. */
  readonly distinct: number;
  /** Entries that name another tenant, or have an id of another tenant's run. */
  readonly foreign: number;
  /** When Redis took the first entry of each line, milliseconds; 0 where there is none. */
  readonly at: Float64Array;
  /** Ids of the run's entries in the stream. */
  readonly ids: readonly string[];
}

/** What the ids of a run begin with. */
export const idHead = (tenant: string, run: string): string => eventId(tenant, run, 1).slice(0, 18);

/** Where each stream ends now: what comes later stands behind it. */
export async function streamEnds(redis: Redis, tenants: readonly Tenant[]): Promise<ReadonlyMap<string, string>> {
  const keys = tenants.flatMap(({ streams }) => PASSED.map((name) => streams[name]));
  const ends = await Promise.all(
    keys.map(async (key) => {
      const info = (await redis.call("XINFO", "STREAM", key)) as unknown[];
      return [key, String(info[info.indexOf("last-generated-id") + 1])] as const;
    }),
  );
  return new Map(ends);
}

const PAGE = 2000;

/** Reads all that came to a stream after `from` and counts it for the run of its tenant. */
export async function readStream(
  redis: Redis,
  key: string,
  from: string,
  own: TenantRun,
  others: readonly TenantRun[],
): Promise<StreamAccount> {
  const head = idHead(own.tenant.id, own.run);
  const foreignHeads = others.map(({ tenant, run }) => idHead(tenant.id, run));
  const at = new Float64Array(own.sent + 1);
  const ids: string[] = [];
  let [distinct, foreign] = [0, 0];
  for (let after = from; ; ) {
    const page = (await redis.xrange(key, `(${after}`, "+", "COUNT", PAGE)) as [string, string[]][];
    for (const [id, fields] of page) {
      const { event_id, tenant_id } = identity(fields[fields.indexOf("event") + 1] ?? "");
      if (tenant_id !== own.tenant.prefix || foreignHeads.some((other) => event_id.startsWith(other))) foreign += 1;
      if (!event_id.startsWith(head)) continue;
      ids.push(id);
      const line = lineOf(event_id);
      if (line < at.length && at[line] === 0) {
        at[line] = Number(id.split("-")[0]);
        distinct += 1;
      }
    }
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PAGE) break;
    after = last;
  }
  return { entries: ids.length, distinct, foreign, at, ids };
}

/** Who an entry says it is of; an unreadable one is nobody's, which counts as foreign. */
function identity(text: string): { readonly event_id: string; readonly tenant_id: string } {
  try {
    const { event_id, tenant_id } = JSON.parse(text) as Record<string, unknown>;
    return { event_id: String(event_id), tenant_id: String(tenant_id) };
  } catch {
    return { event_id: "", tenant_id: "" };
  }
}
