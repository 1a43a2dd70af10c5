import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { pino } from "pino";
import { createSignals } from "../../../images/l8-signals/src/app.ts";
import { readConfig } from "../../../images/l8-signals/src/config.ts";
import type { DsmilEvent } from "../../../images/runtime/event.ts";
import type { Log } from "../../../images/runtime/log.ts";
import { tenantPool } from "../../../images/runtime/tenant-pool.ts";
import { TenantService } from "../../../images/runtime/tenant-service.ts";
import type { Fabric } from "../support/fabric.ts";

/** Running devices 54, 55 and 57 of a test. */
export interface Signals {
  readonly service: TenantService;
  /** All lines of the log. */
  readonly lines: readonly string[];
  /** The answer of a GET at the service's own port. */
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  stop(): Promise<void>;
}

/** Starts the service of ALPHA, or of the tenant in `changes`, on a fabric's stores. */
export async function runSignals(fabric: Fabric, changes: Readonly<Record<string, string>> = {}): Promise<Signals> {
  const folders = { FEEDS_DIR: `${fabric.dir}/feeds`, FEED_ACCESS_DIR: `${fabric.dir}/feed-access` };
  const config = readConfig({
    ...fabric.variables,
    ...folders,
    FEEDS_POLL_MS: "50",
    FEEDS_FIRST_POLL_MS: "0",
    ...changes,
  });
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
    if (process.env.TEST_LOG_LEVEL) process.stdout.write(line);
  };
  const log: Log = pino({ level: "info" }, { write });
  const service = new TenantService(config, log);
  const pool = tenantPool(service, config.postgres, { statementMs: 3000 });
  const past = tenantPool(service, config.postgres, { purpose: "past", readOnly: true });
  createSignals({ service, config, pool, past });
  const port = await service.start([]);
  return {
    service,
    lines,
    async get(path) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, text: await answer.text() };
    },
    stop: () => service.stop(),
  };
}

/** The stream and the group that the service reads by, as the deployer makes it. */
export async function makeGroup(fabric: Fabric, tenant = "ALPHA"): Promise<void> {
  await fabric.admin.xgroup("CREATE", `${tenant}_SOC_EVENTS`, "l8-signals", "0", "MKSTREAM");
}

/** A feed of a file, by its id. */
export interface LaidFeed {
  readonly kind: "stix" | "csv";
  readonly text: string;
}

/** Lays feeds as the deployer does: files, and the list that names them by their digests. */
export function layFeeds(
  fabric: Fabric,
  feeds: Readonly<Record<string, LaidFeed>>,
  others: readonly object[] = [],
  tenant = "ALPHA",
): void {
  const folder = `${fabric.dir}/feeds`;
  mkdirSync(folder, { recursive: true });
  const list = Object.entries(feeds).map(([id, { kind, text }]) => {
    const file = `feed-${id}.${kind === "csv" ? "csv" : "json"}`;
    writeFileSync(`${folder}/${file}`, text);
    return { id, kind, file, confidence: 50, sha256: createHash("sha256").update(text).digest("hex") };
  });
  writeFileSync(`${folder}/feeds.json`, JSON.stringify({ tenant, feeds: [...list, ...others] }));
}

/** Text of a feed of lines. */
export const csv = (...lines: readonly string[]): string =>
  ["type,value,confidence,valid_until,source", ...lines].join("\n");

/** Entries of a tenant's SOC_EVENTS that carry flags, oldest first. */
export async function found(fabric: Fabric, tenant = "ALPHA"): Promise<readonly DsmilEvent[]> {
  const entries = await fabric.admin.xrange(`${tenant}_SOC_EVENTS`, "-", "+");
  return entries
    .map(([, fields]) => JSON.parse(fields[1] ?? "{}") as DsmilEvent)
    .filter(({ l8_enrichment }) => l8_enrichment !== undefined);
}
