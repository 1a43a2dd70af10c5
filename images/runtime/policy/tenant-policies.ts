import { readdir } from "node:fs/promises";
import type { CheckResult } from "../health.ts";
import type { Log } from "../log.ts";
import { pause } from "../pause.ts";
import type { Policy } from "./policy.ts";
import { type PolicyPlace, PolicyWatcher } from "./policy-watcher.ts";

const TENANT_FOLDER = /^[a-z][a-z0-9]{1,15}$/;
const MAX_TENANTS = 1000;

/** Where the policies of all tenants are. */
export interface PoliciesPlace extends Pick<PolicyPlace, "rules" | "rootFile"> {
  /** Holds one folder a tenant. */
  readonly folder: string;
  /** Holds what is remembered of each tenant over restarts. */
  readonly floorFolder?: string;
}

/** The policies of all tenants, for a service that serves them all; each is watched by itself. */
export class TenantPolicies {
  private readonly place: PoliciesPlace;
  private readonly log: Log;
  private readonly watchers = new Map<string, PolicyWatcher>();
  private problem: string | undefined;

  constructor(place: PoliciesPlace, log: Log) {
    this.place = place;
    this.log = log;
  }

  /** The policy in force for `ALPHA`. */
  of(tenant: string): Policy | undefined {
    const policy = this.watchers.get(tenant.toLowerCase())?.current;
    return policy?.tenant === tenant ? policy : undefined;
  }

  /** For /health. */
  check(): CheckResult {
    if (this.problem !== undefined) return { value: this.problem, ok: false };
    for (const [tenant, watcher] of this.watchers) {
      const { value, ok } = watcher.check();
      if (!ok) return { value: `${tenant}: ${value}`, ok };
    }
    return { value: this.watchers.size, ok: true };
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    const { folder, rules, rootFile, floorFolder } = this.place;
    try {
      const tenants = (await readdir(folder)).filter((name) => TENANT_FOLDER.test(name)).slice(0, MAX_TENANTS);
      for (const tenant of tenants.filter((name) => !this.watchers.has(name))) {
        const floor = floorFolder === undefined ? {} : { floorFile: `${floorFolder}/${tenant}.version` };
        const place = { tenant, folder: `${folder}/${tenant}`, rules, rootFile, ...floor };
        this.watchers.set(tenant, new PolicyWatcher(place, this.log));
      }
      for (const [tenant, watcher] of this.watchers) {
        await watcher.look();
        if (!tenants.includes(tenant) && watcher.current === undefined) this.watchers.delete(tenant);
      }
      this.problem = undefined;
    } catch (error) {
      const { code = "unreadable" } = error as NodeJS.ErrnoException;
      this.problem = `${folder} cannot be read: ${code}`;
    }
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (!signal.aborted) await this.look();
    }
  }
}
