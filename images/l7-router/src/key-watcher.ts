import { readdir, readFile, stat } from "node:fs/promises";
import type { CheckResult } from "../../runtime/health.ts";
import type { Log } from "../../runtime/log.ts";
import { pause } from "../../runtime/pause.ts";
import { readKeyFile } from "./key-file.ts";
import type { ApiKey, KeyRing } from "./key-ring.ts";

interface Known {
  readonly text: string;
  readonly keys: readonly ApiKey[];
}

const TENANT_FOLDER = /^[a-z][a-z0-9]{1,15}$/;
const MAX_FILE_BYTES = 256 * 1024;

/**
 * Keeps a key ring equal to the files `<dir>/<tenant>/api_keys.json`. Looks at a fixed pace, as file events do not
 * cross every kind of mount. A file that is gone takes its keys away; one that cannot be understood leaves the keys
 * of before in force, is logged and shows in /health.
 */
export class KeyWatcher {
  private readonly dir: string;
  private readonly ring: KeyRing;
  private readonly log: Log;
  private known: ReadonlyMap<string, Known> = new Map();
  private problems: ReadonlyMap<string, string> = new Map();

  constructor(dir: string, ring: KeyRing, log: Log) {
    this.dir = dir;
    this.ring = ring;
    this.log = log;
  }

  /** For /health. */
  check(): CheckResult {
    const [first] = this.problems;
    return first ? { value: `${first[0]}: ${first[1]}`, ok: false } : { value: this.known.size, ok: true };
  }

  /** Looks once. Throws only when the folder itself cannot be read. */
  async look(): Promise<void> {
    const known = new Map<string, Known>();
    const problems = new Map<string, string>();
    for (const folder of (await readdir(this.dir)).sort()) {
      if (!TENANT_FOLDER.test(folder)) continue;
      const before = this.known.get(folder);
      try {
        const text = await readBounded(`${this.dir}/${folder}/api_keys.json`);
        if (text === undefined) continue;
        known.set(folder, before?.text === text ? before : { text, keys: readKeyFile(text, folder.toUpperCase()) });
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

  private apply(known: ReadonlyMap<string, Known>, problems: ReadonlyMap<string, string>): void {
    for (const [tenant, reason] of problems) {
      if (this.problems.get(tenant) !== reason)
        this.log.error({ tenant, reason }, "API keys not read; those of before stay in force");
    }
    const tenants = new Set([...known.keys(), ...this.known.keys()]);
    const changed = [...tenants].filter((tenant) => known.get(tenant) !== this.known.get(tenant));
    this.problems = problems;
    if (changed.length === 0) return;
    this.known = known;
    this.ring.replace(new Map([...known].map(([tenant, { keys }]) => [tenant.toUpperCase(), keys])));
    this.log.info({ changed, tenants: known.size }, "API keys changed");
  }
}

/** The file's text; undefined when there is none. */
async function readBounded(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`api_keys.json has ${size} bytes, at most ${MAX_FILE_BYTES}`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
