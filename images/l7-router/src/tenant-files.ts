import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import type { CheckResult } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";

export interface TenantFilesOptions<T> {
  /** Folder with one folder a tenant. */
  readonly dir: string;
  /** Name of the file in each tenant's folder. */
  readonly name: string;
  /** What the files hold, for log lines: `API keys`. */
  readonly what: string;
  /** The file's text; undefined when there is none. */
  readonly load: (path: string) => Promise<string | undefined>;
  /** Understands the text of an upper-case tenant. Throws with what is wrong. */
  readonly parse: (text: string, tenant: string) => T;
  /** Takes what the files hold now, by upper-case tenant. */
  readonly onChange: (byTenant: ReadonlyMap<string, T>) => void;
  readonly log: Log;
}

interface Known<T> {
  readonly digest: string;
  readonly value: T;
}

const TENANT_FOLDER = /^[a-z][a-z0-9]{1,15}$/;

/**
 * Watches `<dir>/<tenant>/<name>`. Looks at a fixed pace, as file events do not cross every kind of mount. A file that is
 * gone takes its value away; one that cannot be understood leaves the value of before in force, is logged and shows in
 * /health.
 */
export class TenantFiles<T> {
  private readonly options: TenantFilesOptions<T>;
  private known: ReadonlyMap<string, Known<T>> = new Map();
  private problems: ReadonlyMap<string, string> = new Map();

  constructor(options: TenantFilesOptions<T>) {
    this.options = options;
  }

  /** For /health. */
  check(): CheckResult {
    const [first] = this.problems;
    return first ? { value: `${first[0]}: ${first[1]}`, ok: false } : { value: this.known.size, ok: true };
  }

  /** Looks once. Throws only when the folder itself cannot be read. */
  async look(): Promise<void> {
    const { dir, name, load, parse } = this.options;
    const known = new Map<string, Known<T>>();
    const problems = new Map<string, string>();
    for (const folder of (await readdir(dir)).sort()) {
      if (!TENANT_FOLDER.test(folder)) continue;
      const before = this.known.get(folder);
      try {
        const text = await load(`${dir}/${folder}/${name}`);
        if (text === undefined) continue;
        const digest = createHash("sha256").update(text).digest("base64");
        known.set(folder, before?.digest === digest ? before : { digest, value: parse(text, folder.toUpperCase()) });
      } catch (error) {
        problems.set(folder, (error as Error).message);
        if (before) known.set(folder, before);
      }
    }
    this.apply(known, problems);
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      await this.look().catch((error: Error) => this.apply(this.known, new Map([["folder", error.message]])));
    }
  }

  private apply(known: ReadonlyMap<string, Known<T>>, problems: ReadonlyMap<string, string>): void {
    const { what, log, onChange } = this.options;
    for (const [tenant, reason] of problems) {
      if (this.problems.get(tenant) !== reason)
        log.error({ tenant, reason }, `${what} not read; those of before stay in force`);
    }
    const tenants = new Set([...known.keys(), ...this.known.keys()]);
    const changed = [...tenants].filter((tenant) => known.get(tenant) !== this.known.get(tenant));
    this.problems = problems;
    if (changed.length === 0) return;
    this.known = known;
    onChange(new Map([...known].map(([tenant, { value }]) => [tenant.toUpperCase(), value])));
    log.info({ changed, tenants: known.size }, `${what} changed`);
  }
}
