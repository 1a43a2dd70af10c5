import { readFile } from "node:fs/promises";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import { pause } from "../pause.ts";
import type { Policy } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";
import { openPolicy, type PolicyFiles, readPolicyFiles } from "./policy-files.ts";
import type { RulesCache } from "./rules-cache.ts";
import { VersionFloor } from "./version-floor.ts";

/** Whose policy is watched, and where. */
export interface PolicyPlace {
  /** Lower-case id: `alpha`. */
  readonly tenant: string;
  /** Holds bundle.json and data.json. */
  readonly folder: string;
  readonly rules: RulesCache;
  /** Holds the root's public key, hex. */
  readonly rootFile: string;
  /** Remembers the newest version over restarts. */
  readonly floorFile?: string;
}

interface Held {
  readonly policy: Policy;
  readonly data: Buffer;
  readonly root: string;
}

/**
 * Keeps one tenant's policy equal to its files, which it looks at again and again. What does not verify is told and
 * changes nothing: the last good policy stays in force. Without bundle.json there is no policy, and before the first good one
 * neither: who asks then has to refuse.
 */
export class PolicyWatcher {
  private readonly place: PolicyPlace;
  private readonly log: Log;
  private readonly floor: VersionFloor;
  private held: Held | undefined;
  /** The problem of the last look; told from the second look on, as files that are being laid differ for a moment. */
  private problem: { readonly message: string; readonly times: number } | undefined;

  constructor(place: PolicyPlace, log: Log) {
    this.place = place;
    this.log = log;
    this.floor = new VersionFloor(place.floorFile);
  }

  /** The policy in force. */
  get current(): Policy | undefined {
    return this.held?.policy;
  }

  /** For /health. */
  check(): CheckResult {
    const { current, problem } = this;
    if (current === undefined) return { value: problem?.message ?? "not read yet", ok: false };
    if (problem !== undefined && problem.times > 1) return { value: problem.message, ok: false };
    return { value: current.stamp.version, ok: true };
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    try {
      await this.floor.load();
      const [root, files] = await Promise.all([readRoot(this.place.rootFile), readPolicyFiles(this.place.folder)]);
      if (!this.holds(files, root)) await this.take(files, root);
      if (this.problem && this.problem.times > 1) this.log.info({ policy: this.place.tenant }, "policy files are good");
      this.problem = undefined;
    } catch (error) {
      this.note(error instanceof PolicyError ? error : new PolicyError("malformed", String(error)));
    }
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!signal.aborted) await this.look();
    }
  }

  private holds(files: PolicyFiles, root: string): boolean {
    const { held } = this;
    return held?.policy.stamp.bundle === files.digest && held.root === root && held.data.equals(files.data);
  }

  private async take(files: PolicyFiles, root: string): Promise<void> {
    const { tenant, rules } = this.place;
    const policy = await openPolicy(files, { tenant, root, rules }, ({ version }) =>
      this.floor.check({ version, bundle: files.digest }),
    );
    await this.floor.raise(policy.stamp);
    this.held = { policy, data: files.data, root };
    this.log.info({ policy: tenant, version: policy.stamp.version }, "policy in force");
  }

  private note({ problem, message }: PolicyError): void {
    const times = this.problem?.message === message ? this.problem.times + 1 : 1;
    this.problem = { message, times };
    // Withdrawn by whoever may: the folder is no service's to empty.
    const withdrawn = problem === "missing" && times > 1 && this.held !== undefined;
    if (withdrawn) this.held = undefined;
    const first = times === 2 || (times === 1 && this.held === undefined);
    if (!first && !withdrawn) return;
    const state = this.held ? `version ${this.held.policy.stamp.version} stays in force` : "everything is refused";
    this.log.error({ policy: this.place.tenant, problem, reason: message }, `policy not taken; ${state}`);
  }
}

async function readRoot(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    // Not `missing`: without its root nothing is withdrawn, it cannot be verified.
    throw new PolicyError("signature", `the root's public key ${file} cannot be read: ${code}; run \`dsmil up\``);
  }
}
