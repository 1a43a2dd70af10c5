import { Backoff } from "../../../runtime/backoff.ts";
import type { Bus } from "../../../runtime/bus/bus.ts";
import { mintClaim } from "../../../runtime/dbe/claim/mint.ts";
import { TYPES } from "../../../runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import { DEVICES } from "../../../runtime/devices.ts";
import type { CheckResult, Health, HealthReport } from "../../../runtime/health.ts";
import { HealthChanges } from "../../../runtime/health-changes.ts";
import { healthEvent } from "../../../runtime/health-event.ts";
import type { Identity } from "../../../runtime/identity.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import type { Signer } from "../../../runtime/pqc/signer.ts";
import { isPolicyRefusal } from "../devices/policy-refusal.ts";
import type { SigningKeys } from "../signing-keys.ts";

export interface BusHealthParts {
  readonly bus: Bus;
  readonly keys: SigningKeys;
  /** Upper-case ids of those who are told. */
  readonly tenants: () => readonly string[];
  readonly health: Health;
  readonly identity: Identity;
  readonly log: Log;
  /** Times in ms: between reports while nothing changes (60,000), after a failure (5,000), between looks (2,000). */
  readonly everyMs?: number;
  readonly retryMs?: number;
  readonly lookMs?: number;
}

/** What a tenant was told last. */
interface Told {
  readonly status: HealthReport["status"];
  /** The key that signed the claim. */
  readonly key: Signer | undefined;
  /** When to tell again, ms since 1970. */
  readonly next: number;
  /** Refusals by a rule, one after the other. */
  readonly refusals?: Backoff;
  readonly trouble?: string;
}

const DEADLINE_MS = 5000;
/** Name that stands in the claims: no user asks for these messages. */
const USER_ID = "service:l7-router";

/**
 * Tells this service's health to the SOC router of each tenant, which puts it on HEALTH_EVENTS: there is no Redis here.
 * What does not get through is tried again and shows in /health; nothing waits for it.
 */
export class BusHealth {
  private readonly parts: BusHealthParts;
  private readonly changes: HealthChanges;
  private told: ReadonlyMap<string, Told> = new Map();
  private state: "not deployed" | "gateway away" | "reached" = "not deployed";

  constructor(parts: BusHealthParts) {
    this.parts = parts;
    this.changes = new HealthChanges(parts.log);
  }

  /** For /health. */
  check(): CheckResult {
    const { state } = this;
    if (state !== "reached") return { value: state, ok: state === "not deployed" };
    for (const [tenant, { trouble }] of this.told) if (trouble) return { value: `${tenant}: ${trouble}`, ok: false };
    return { value: state, ok: true };
  }

  /** Tells until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { bus, health, lookMs = 2000 } = this.parts;
    while (!signal.aborted) {
      this.state = (await bus.isReached()) ? "reached" : (await bus.isDeployed()) ? "gateway away" : "not deployed";
      const report = health.report();
      this.changes.note(report);
      if (this.state === "reached") await this.tellAll(report);
      await pause(lookMs, signal);
    }
  }

  private async tellAll(report: HealthReport): Promise<void> {
    const now = Date.now();
    const told = await Promise.all(
      this.parts.tenants().map(async (tenant): Promise<[string, Told]> => {
        const before = this.told.get(tenant);
        const same = before?.status === report.status && before.key === this.parts.keys.of(tenant);
        const due = !same || now >= before.next;
        return [tenant, due ? await this.tell(tenant, report) : before];
      }),
    );
    this.told = new Map(told);
  }

  private async tell(tenant: string, report: HealthReport): Promise<Told> {
    const { log, keys, everyMs = 60_000, retryMs = 5000 } = this.parts;
    const [key, { status }] = [keys.of(tenant), report];
    try {
      if (!key) throw new Error("signing seed missing");
      await this.send(tenant, key, report);
      return { status, key, next: Date.now() + everyMs };
    } catch (error) {
      const reason = error instanceof DbeError ? error.reason : undefined;
      const trouble = reason ?? (error as Error).message;
      if (this.told.get(tenant)?.trouble !== trouble) {
        log.warn({ tenant, reason: (error as Error).message }, "health report not delivered; trying again");
      }
      if (reason === undefined || !isPolicyRefusal(reason)) return { status, key, next: Date.now() + retryMs, trouble };
      // Each refusal is audited, so less and less often; soon at first, as another node may not know a new tenant yet.
      const refusals = this.told.get(tenant)?.refusals ?? new Backoff(retryMs, everyMs);
      return { status, key, next: Date.now() + refusals.failed(), refusals, trouble };
    }
  }

  private async send(tenant: string, key: Signer, report: HealthReport): Promise<void> {
    const { bus, identity } = this.parts;
    const messageId = bus.newMessageId();
    const claimToken = await mintClaim(key, { tenant, userId: USER_ID, device: identity.device, messageId });
    await bus.send({
      ...{ type: TYPES.HEALTH, tenant, destination: DEVICES.socRouter, messageId },
      payload: Buffer.from(healthEvent(identity, report)),
      deadlineMs: DEADLINE_MS,
      tlvs: { claimToken },
    });
  }
}
