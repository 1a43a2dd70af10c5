import { ownText } from "../../../runtime/intel/own-text.ts";
import { Lru } from "../lru.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";

/** Sources that are followed at most, and targets of each. */
const MOST_SOURCES = 2000;
const MOST_TARGETS = 64;
/** Targets are counted over so long, ms. */
const WINDOW_MS = 60_000;
/** A scan of the same target is told once in so long, ms. */
const TOLD_MS = 600_000;
/** Distinct targets in a window from which it is a scan. */
export const SCAN_FROM = 25;
/** Bytes that come back of a connection that was one; less is a probe. */
const ANSWERED_FROM = 200;

interface Source {
  /** `address port` → when last, oldest first: nothing more, as there may be many. */
  readonly targets: Map<string, number>;
  readonly told: Map<string, number>;
}

/**
 * One source that probes many ports of one machine, or many machines on one port: at least 25 within 60 s, of connections
 * that brought back less than 200 bytes.
 */
export class Scans {
  private readonly sources = new Lru<string, Source>(MOST_SOURCES);

  look({ id, at, fields }: Observed): readonly Signal[] {
    const { event_type: type, src_ip: from, dest_ip: host, dest_port: port, bytes_in, bytes_out } = fields;
    if (type !== "flow" && type !== "netflow") return [];
    if (typeof from !== "string" || typeof host !== "string" || typeof port !== "number") return [];
    if (Number(bytes_in ?? bytes_out ?? 0) >= ANSWERED_FROM) return [];
    const source = this.sources.take(from, () => ({ targets: new Map(), told: new Map() }));
    const key = `${host} ${port}`;
    source.targets.delete(key);
    source.targets.set(ownText(key), at);
    for (const [old, last] of source.targets) {
      if (at - last <= WINDOW_MS && source.targets.size <= MOST_TARGETS) break;
      source.targets.delete(old);
    }
    const all = [...source.targets.keys()];
    const ports = all.reduce((n, target) => n + Number(target.startsWith(`${host} `)), 0);
    const hosts = all.reduce((n, target) => n + Number(target.endsWith(` ${port}`)), 0);
    return [
      ...tell(source, at, `ports of ${host}`, ports, { id, from, flag: "PORT_SCAN", fields: { dest_ip: host } }),
      ...tell(source, at, `hosts on ${port}`, hosts, { id, from, flag: "HOST_SCAN", fields: { dest_port: port } }),
    ];
  }
}

function tell(
  source: Source,
  at: number,
  what: string,
  count: number,
  { id, from, flag, fields }: { id: string; from: string; flag: "PORT_SCAN" | "HOST_SCAN"; fields: Signal["fields"] },
): readonly Signal[] {
  const window = Math.floor(at / TOLD_MS);
  if (count < SCAN_FROM || source.told.get(what) === window) return [];
  source.told.set(what, window);
  const [oldest] = source.told.keys();
  if (source.told.size > 8 && oldest !== undefined) source.told.delete(oldest);
  return [
    {
      flag,
      severity: "MEDIUM",
      about: id,
      mark: `${from}/${what}/${window}`,
      detail: `${from} probed ${count} ${what} within ${WINDOW_MS / 1000} s (told from ${SCAN_FROM} on)`,
      facts: { targets: count, window_seconds: WINDOW_MS / 1000, threshold: SCAN_FROM },
      fields: { src_ip: from, ...fields },
    },
  ];
}
