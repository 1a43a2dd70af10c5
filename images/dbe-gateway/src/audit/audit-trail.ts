import { auditDetail } from "../../../runtime/dbe/audit/entry.ts";
import type { AuditRow } from "./audit-row.ts";
import type { AuditWriter } from "./audit-writer.ts";
import { FloodGate, type FloodLimits, type Sum } from "./flood-gate.ts";

/** How often ended windows are looked for, ms. */
const SWEEP_MS = 250;

/** What the gateway tells the trail: refusals with flood control, and rows that must be written before an act. */
export class AuditTrail {
  readonly writer: AuditWriter;
  private readonly gate: FloodGate<AuditRow>;
  private readonly timer: NodeJS.Timeout;

  constructor(writer: AuditWriter, limits?: FloodLimits) {
    this.writer = writer;
    this.gate = new FloodGate(limits);
    this.timer = setInterval(() => void this.sum(), SWEEP_MS);
    this.timer.unref();
  }

  /**
   * A refusal. Like ones (same other side, same reason) beyond a few within a second are summed into one row. When it
   * returns, the row is on disk or counted.
   */
  async refuse(row: Omit<AuditRow, "kind">): Promise<void> {
    const full: AuditRow = { ...row, kind: "dbe.refused", detail: auditDetail(row.detail) };
    if (!this.gate.admit(`${row.peer ?? ""}|${row.reason ?? ""}`, full, performance.now())) return;
    await this.writer.note(full);
  }

  /** A fact about keys or sessions. */
  async note(row: AuditRow): Promise<void> {
    await this.writer.note({ ...row, detail: auditDetail(row.detail) });
  }

  /** Returns once the row is in Postgres. Throws DbeError AUDIT_UNAVAILABLE otherwise. */
  async require(row: Omit<AuditRow, "kind">): Promise<void> {
    await this.writer.require({ ...row, kind: "dbe.protected", detail: auditDetail(row.detail) });
  }

  /** Writes the sums of windows that have not ended, and counts no more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sum(true);
  }

  private async sum(all = false): Promise<void> {
    await Promise.all(this.gate.ended(performance.now(), all).map((sum) => this.writer.note(summed(sum))));
  }
}

function summed({ row, count, milliseconds }: Sum<AuditRow>): AuditRow {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  const detail = auditDetail(`${count} more like this within ${seconds} s, the last: ${row.detail}`);
  return { ...row, messageId: null, detail };
}
