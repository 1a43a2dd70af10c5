import { setTimeout as sleep } from "node:timers/promises";
import type { OpenEngine } from "./collect.ts";
import { engineLogs } from "./engine.ts";
import { fits, logLine } from "./line.ts";
import { Position } from "./position.ts";
import type { LogFilter, LogLine, LogProblem, LogSource } from "./types.ts";

export interface FollowTarget {
  /** Takes a line; who is slow to take it slows the reading. */
  readonly line: (line: LogLine) => Promise<void> | void;
  /** A container that cannot be read now; it is tried again. */
  readonly problem: (problem: LogProblem) => void;
}

export interface Following {
  readonly target: FollowTarget;
  readonly positions: ReadonlyMap<string, Position>;
  readonly signal: AbortSignal;
}

const PAUSE_MS = 2_000;

/**
 * Hands over the lines of these containers as they come, until the signal aborts: across restarts and replacements of
 * containers and lost connections, each line once.
 * @param positions how far each container was read, by its name; others begin at `filter.since`
 */
export async function followLogs(
  sources: readonly LogSource[],
  filter: LogFilter,
  open: OpenEngine,
  { target, positions, signal }: Following,
): Promise<void> {
  const start = ({ name }: LogSource) => positions.get(name) ?? new Position(filter.since.toISOString());
  await Promise.all(sources.map((source) => followOne(source, filter, open, start(source), target, signal)));
}

async function followOne(
  source: LogSource,
  filter: LogFilter,
  open: OpenEngine,
  position: Position,
  target: FollowTarget,
  signal: AbortSignal,
): Promise<void> {
  let said = "";
  while (!signal.aborted) {
    try {
      const query = { since: position.time, follow: true };
      const isNew = position.resume();
      for await (const message of engineLogs(await open(source.node), source.name, query, signal)) {
        said = "";
        if (!isNew(message.time)) continue;
        position.passed(message.time);
        const line = logLine(source, message);
        if (fits(filter, line)) await target.line(line);
      }
    } catch (error) {
      const { message } = error as Error;
      if (message !== said && !signal.aborted) target.problem({ node: source.node, problem: message });
      said = message;
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
