import { readdir } from "node:fs/promises";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import { pause } from "../pause.ts";
import { Watched } from "./watched.ts";

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

const TENANT_FOLDER = /^[a-z][a-z0-9]{1,15}$/;

/**
 * Watches `<dir>/<tenant>/<name>`. Looks at a fixed pace, as file events do not cross every kind of mount. A file that is
 * gone takes its value away; one that cannot be understood leaves the value of before in force, is logged and shows in
 * /health.
 */
export class TenantFiles<T> {
  private readonly options: TenantFilesOptions<T>;
  private readonly watched: Watched<T>;
  private problems: ReadonlyMap<string, string> = new Map();

  constructor(options: TenantFilesOptions<T>) {
    this.options = options;
    this.watched = new Watched((text, tenant) => options.parse(text, tenant.toUpperCase()));
  }

  /** For /health. */
  check(): CheckResult {
    const [first] = this.problems;
    return first ? { value: `${first[0]}: ${first[1]}`, ok: false } : { value: this.watched.values.size, ok: true };
  }

  /** Looks once. Throws only when the folder itself cannot be read. */
  async look(): Promise<void> {
    const { dir, name, what, load, onChange, log } = this.options;
    const texts = new Map<string, string | Error>();
    for (const folder of (await readdir(dir)).sort()) {
      if (!TENANT_FOLDER.test(folder)) continue;
      const text = await load(`${dir}/${folder}/${name}`).catch((error: Error) => error);
      if (text !== undefined) texts.set(folder, text);
    }
    const changed = this.watched.update(texts);
    this.tell(this.watched.problems);
    if (changed.length === 0) return;
    const { values } = this.watched;
    onChange(new Map([...values].map(([tenant, value]) => [tenant.toUpperCase(), value])));
    log.info({ changed, tenants: values.size }, `${what} changed`);
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      await this.look().catch((error: Error) => this.tell(new Map([["folder", error.message]])));
    }
  }

  private tell(problems: ReadonlyMap<string, string>): void {
    const { what, log } = this.options;
    for (const [tenant, reason] of problems) {
      if (this.problems.get(tenant) !== reason)
        log.error({ tenant, reason }, `${what} not read; those of before stay in force`);
    }
    this.problems = problems;
  }
}
