import { Fields } from "../../fields.ts";
import type { CheckResult } from "../../health.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../pause.ts";
import { readBounded } from "../../watch/bounded-file.ts";
import { Watched } from "../../watch/watched.ts";
import { type Officers, parseOfficers } from "./officers.ts";

/** Largest file, bytes: some tens of officers' keys. */
const MAX_BYTES = 512 * 1024;
const FILE = "officers.json";
const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const NOBODY: Officers = new Map();

/**
 * The tenant's officers, from a file of the gate's own that is looked at again and again. While there is none, nobody's
 * signature counts; one that cannot be read leaves in force what it said before.
 */
export class OfficersWatcher {
  private readonly path: string;
  private readonly log: Log;
  private readonly watched: Watched<Officers>;
  private problem: string | undefined;

  /** @param tenant upper-case id */
  constructor(folder: string, tenant: string, log: Log) {
    this.path = `${folder}/${FILE}`;
    this.log = log;
    this.watched = new Watched((text) => {
      const fields = Fields.parse(text, ["tenant", "officers"]);
      const named = fields.text("tenant", TENANT);
      if (named !== tenant) throw fields.wrong("tenant", `is ${named}, this gate is of ${tenant}`);
      return parseOfficers(fields);
    });
  }

  get current(): Officers {
    return this.watched.values.get(FILE) ?? NOBODY;
  }

  /** For /health: how many officers there are. Fewer than two open nothing, which is as the tenant wants it. */
  check(): CheckResult {
    return this.problem === undefined ? { value: this.current.size, ok: true } : { value: this.problem, ok: false };
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    const text = await readBounded(this.path, MAX_BYTES).catch((error: Error) => error);
    const changed = this.watched.update(text === undefined ? new Map() : new Map([[FILE, text]]));
    const problem = text === undefined ? `${FILE} is missing; \`dsmil up\` lays it` : this.watched.problems.get(FILE);
    if (problem !== undefined && problem !== this.problem) {
      this.log.error({ file: this.path, reason: problem }, "officers not read; what was said before stays in force");
    }
    this.problem = problem;
    if (changed.length > 0) this.log.info({ audit: true, officers: this.current.size }, "officers changed");
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!signal.aborted) await this.look();
    }
  }
}
