import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AuditRow, emptyRow } from "../../../../images/dbe-gateway/src/audit/audit-row.ts";
import { AuditWriter, type AuditWriterOptions } from "../../../../images/dbe-gateway/src/audit/audit-writer.ts";
import type { Head } from "../../../../images/dbe-gateway/src/audit/head-file.ts";
import { until } from "../../support/fabric.ts";
import { quiet } from "./fleet.ts";
import { newKey } from "./keys.ts";
import { MemoryStore } from "./memory-store.ts";

/** The audit writer of node-a on a folder of its own, which can be stopped and opened again. */
export class WriterRig {
  readonly dir = mkdtempSync("/tmp/dsmil-audit-");
  readonly key = newKey();
  readonly store = new MemoryStore();
  private running: (() => Promise<void>) | undefined;

  /** Opens the writer and runs it, as after a start of the gateway. */
  async open(more: Partial<AuditWriterOptions> = {}): Promise<AuditWriter> {
    const { dir, key, store } = this;
    const sign = (data: Buffer, context: string): Promise<Buffer> => key.sign(data, context);
    const about = { node: "node-a", publicKey: key.publicKey, log: quiet(), idleMs: 50 };
    const writer = await AuditWriter.open({ ...about, dir, store, sign, ...more });
    const stopping = new AbortController();
    const loop = writer.run(stopping.signal);
    this.running = async () => {
      stopping.abort();
      await loop;
      await writer.close();
    };
    return writer;
  }

  async stop(): Promise<void> {
    await this.running?.();
    this.running = undefined;
  }

  /** Loses the node's disk, but for a head. */
  forget(head?: Head): void {
    rmSync(this.dir, { recursive: true });
    mkdirSync(this.dir);
    if (!head) return;
    const text = JSON.stringify({ v: 1, node: "node-a", ...head, segment: 1, offset: 0, lost: [] });
    writeFileSync(`${this.dir}/head.json`, text, { mode: 0o600 });
  }

  details(): string[] {
    return this.store.rows.map(({ detail }) => detail);
  }

  async destroy(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const row = (detail: string): AuditRow => ({
  ...emptyRow("dbe.refused", detail),
  ...{ reason: "NO_ROUTE", peer: "test" },
});

export const drained = (writer: AuditWriter): Promise<void> =>
  until(async () => writer.status.spool === 0 && writer.status.away === undefined);
