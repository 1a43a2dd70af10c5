import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type ArchiveCount, arrivedIds, countArchive, type RunLines } from "./archive.ts";
import { lineOf } from "./event-id.ts";

export interface WaitOptions {
  /** Opens a connection as the tenant's reader. */
  open(): Promise<pg.Client>;
  readonly schema: string;
  readonly lines: Required<RunLines>;
  /** Lines of the range that were sent. */
  readonly sent: number;
  /** Longest time, ms. */
  readonly timeoutMs: number;
  readonly onCount?: (count: ArchiveCount) => void;
  readonly signal?: AbortSignal;
}

/** How the wait ended; `missing` is 0 when all arrived. */
export interface WaitResult extends ArchiveCount {
  readonly missing: number;
  /** Numbers of the first lines that are missing, at most ten. */
  readonly missingLines: readonly number[];
  /** Why the last look failed, if it did. */
  readonly problem?: string;
}

const POLL_MS = 500;

/** Polls the archive until every sent line is archived or rejected, or the time is over. A lost connection is opened again. */
export async function waitForArchive(options: WaitOptions): Promise<WaitResult> {
  const { schema, lines, sent, timeoutMs, onCount, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let client: pg.Client | undefined;
  let count: ArchiveCount = { archived: 0, distinct: 0, rejected: 0 };
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        client ??= await options.open();
        count = await countArchive(client, schema, lines);
        problem = undefined;
        onCount?.(count);
        if (count.archived + count.rejected >= sent) return { ...count, missing: 0, missingLines: [] };
      } catch (error) {
        problem = (error as Error).message;
        void client?.end().catch(() => undefined);
        client = undefined;
      }
      if (Date.now() >= deadline || signal?.aborted) break;
      await sleep(POLL_MS);
    }
    const missingLines = client ? await firstMissing(client, schema, lines) : [];
    const missing = Math.max(0, sent - count.archived - count.rejected);
    return { ...count, missing, missingLines, ...(problem !== undefined && { problem }) };
  } finally {
    await client?.end().catch(() => undefined);
  }
}

async function firstMissing(client: pg.Client, schema: string, lines: Required<RunLines>): Promise<number[]> {
  const arrived = new Set((await arrivedIds(client, schema, lines)).map(lineOf));
  const missing: number[] = [];
  for (let line = lines.from; line <= lines.to && missing.length < 10; line++) {
    if (!arrived.has(line)) missing.push(line);
  }
  return missing;
}
