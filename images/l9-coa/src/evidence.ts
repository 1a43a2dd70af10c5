import { isIP } from "node:net";
import type { JudgedEvent } from "../../runtime/soc/archive-lookup.ts";
import type { Target } from "../../runtime/soc/coa.ts";
import { isOutside } from "../../runtime/soc/outside.ts";
import type { Fields } from "../../runtime/soc/sighting.ts";

/** A target, and the events that name it, newest first. */
export interface FoundTarget extends Target {
  readonly events: readonly string[];
}

/** The likeliest target of each kind. */
export type Targets = Readonly<Partial<Record<Target["type"], FoundTarget>>>;

const MAX_TEXT = 256;

/** What the events name, of each kind what most of them name; of equals the first by its text. */
export function targetsOf(events: readonly JudgedEvent[]): Targets {
  const found = new Map<string, { readonly target: Target; readonly events: string[] }>();
  for (const { event_id, fields } of events) {
    for (const target of namedBy(fields)) {
      const key = `${target.type} ${target.value}`;
      const known = found.get(key) ?? { target, events: [] };
      if (!known.events.includes(event_id)) known.events.push(event_id);
      found.set(key, known);
    }
  }
  const best: Partial<Record<Target["type"], FoundTarget>> = {};
  const sorted = [...found].sort(([a, x], [b, y]) => y.events.length - x.events.length || (a < b ? -1 : 1));
  for (const [, { target, events: ids }] of sorted) best[target.type] ??= { ...target, events: ids };
  return best;
}

function namedBy(fields: Fields): Target[] {
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" && value.length <= MAX_TEXT ? value : "";
  };
  const addresses = [text("src_ip"), text("dest_ip")].filter((address) => isIP(address) !== 0);
  // Where the log names no host, an address of our own does.
  const hosts = [text("host"), ...addresses.filter((address) => !isOutside(address))];
  const host = hosts.find((name) => name !== "") ?? "";
  const program = text("program");
  const targets: Target[] = [
    ...addresses.filter(isOutside).map((value) => ({ type: "ip", value }) as const),
    { type: "domain", value: text("domain") },
    { type: "user", value: text("user") },
    { type: "host", value: host },
    { type: "file", value: text("sha256") || text("sha1") || text("md5") },
    { type: "process", value: program && host ? `${program} on ${host}` : "" },
  ];
  return targets.filter(({ value }) => value !== "");
}
