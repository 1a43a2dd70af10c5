import type { Log } from "../../runtime/log.ts";
import type { Refuser } from "../../runtime/reject.ts";
import type { OwnEvents } from "../../runtime/soc/own-events.ts";
import { type Finding, findingEvent, findingId } from "./finding.ts";
import type { FlagCounter } from "./flags.ts";

export interface FindingsParts {
  readonly events: OwnEvents;
  readonly self: Refuser;
  readonly flags: FlagCounter;
  readonly log: Log;
}

/** Where findings go: the tenant's archive and SOC_EVENTS, a line of the log and a count. */
export class Findings {
  private readonly parts: FindingsParts;

  constructor(parts: FindingsParts) {
    this.parts = parts;
  }

  /**
   * Records findings, each once however often it is found; throws while a store is away, and may then be called again.
   * @param unsure ones that an earlier process may have archived and not told: these are told again
   * @returns how many were new
   */
  async record(findings: readonly Finding[], unsure: ReadonlySet<Finding> = new Set()): Promise<number> {
    const { events, self, flags, log } = this.parts;
    const now = new Date();
    const byId = new Map(findings.map((finding) => [findingId(self.tenant, finding), finding]));
    const again = new Set([...unsure].map((finding) => findingId(self.tenant, finding)));
    const told = await events.record(
      [...byId.values()].map((finding) => findingEvent(finding, self, now)),
      again,
    );
    for (const { event_id } of told) {
      const finding = byId.get(event_id);
      if (!finding) continue;
      const { flag, about, detail } = finding;
      flags.raised(flag);
      log.warn({ audit: true, flag, about, detail, event: event_id }, "flag raised");
    }
    return told.length;
  }
}
