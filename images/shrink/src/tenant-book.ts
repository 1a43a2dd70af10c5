import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { Refusal } from "../../runtime/api/refusal.ts";
import { isDigestOf, readTokenDigest } from "../../runtime/api/token-file.ts";
import type { Log } from "../../runtime/log.ts";
import { readObservations } from "./figures/read-observations.ts";
import { TenantOperators, type TenantReport } from "./figures/tenant.ts";

/** Folder names that are tenants. */
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
/** Traces of all tenants, for the memory of the container. */
const MAX_TRACES = 200_000;
/** Longest use of a report, milliseconds: asking often must not cost much. */
const REPORT_MS = 500;

interface Entry {
  /** Of the token, as the file had it last. */
  readonly digest: Buffer;
  readonly operators: TenantOperators;
  report?: { readonly at: number; readonly value: TenantReport };
}

/** The tenants that have a folder here, each with its token and its operators; nothing of one is seen by another. */
export class TenantBook {
  private readonly folder: string;
  private readonly log: Log;
  private readonly tenants = new Map<string, Entry>();
  /** Pseudonyms live as long as the figures do: until the process ends. */
  private readonly salt = randomBytes(32);

  constructor(folder: string, log: Log) {
    this.folder = folder;
    this.log = log;
  }

  /** Lower-case ids. */
  get ids(): readonly string[] {
    return [...this.tenants.keys()];
  }

  /** Looks which tenants have a folder with a token now; the others are forgotten. Never throws. */
  refresh(): void {
    const found = this.folders();
    for (const id of this.tenants.keys()) if (!found.has(id)) this.tenants.delete(id);
    for (const id of found) {
      const before = this.tenants.get(id);
      try {
        const digest = readTokenDigest(`${this.folder}/${id}/token_sha256`);
        this.tenants.set(id, { operators: before?.operators ?? new TenantOperators(), digest });
      } catch (error) {
        this.log.error({ tenant: id, reason: (error as Error).message }, "the tenant's token cannot be read");
      }
    }
  }

  /** The tenant whose token it is. All are compared, so that time tells nothing. */
  owner(token: string): string | undefined {
    let owner: string | undefined;
    for (const [id, { digest }] of this.tenants) if (isDigestOf(digest, token)) owner = id;
    return owner;
  }

  /** Takes observations of a tenant's operators; returns how many. Throws a Refusal. */
  observe(tenant: string, body: string, now = Date.now()): number {
    const entry = this.entry(tenant);
    const observations = readObservations(body, Buffer.concat([this.salt, Buffer.from(tenant)]), now);
    const held = [...this.tenants.values()].reduce((sum, { operators }) => sum + operators.count, 0);
    if (held + observations.length > MAX_TRACES) throw new Refusal(503, "full", "Too many observations are held.", 60);
    for (const { operator, trace } of observations) entry.operators.add(operator, trace);
    delete entry.report;
    return observations.length;
  }

  report(tenant: string, now = Date.now()): TenantReport {
    const entry = this.entry(tenant);
    if (!entry.report || Math.abs(now - entry.report.at) >= REPORT_MS) {
      entry.report = { at: now, value: entry.operators.report(now) };
    }
    return entry.report.value;
  }

  private folders(): ReadonlySet<string> {
    try {
      return new Set(readdirSync(this.folder).filter((id) => TENANT.test(id)));
    } catch (error) {
      this.log.error({ folder: this.folder, err: error }, "tenants cannot be listed; those of before stay");
      return new Set(this.tenants.keys());
    }
  }

  private entry(tenant: string): Entry {
    const found = this.tenants.get(tenant);
    if (!found) throw new Refusal(404, "unknown_tenant", "There is no such tenant here.");
    return found;
  }
}
