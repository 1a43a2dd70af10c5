import type { Duplex } from "node:stream";
import { Semaphore } from "../../access/semaphore.ts";
import { engineLogs, NoContainer } from "./engine.ts";
import { fits, logLine, mergeLines } from "./line.ts";
import { Position } from "./position.ts";
import type { LogFilter, LogLine, LogProblem, LogSource } from "./types.ts";

/** Opens a stream to a node's engine. */
export type OpenEngine = (node: string) => Promise<Duplex>;

/** What could be read. */
export interface Collected {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly problems: readonly LogProblem[];
  /** How far each container was read, by its name. */
  readonly positions: ReadonlyMap<string, Position>;
}

/** Containers of one node that are read at once. */
const AT_ONCE = 6;

/**
 * The latest lines of these containers, merged by time. A node or container that cannot be read is a problem, never an
 * empty answer. Holds at most `limit` lines a container.
 */
export async function collectLogs(
  sources: readonly LogSource[],
  filter: LogFilter,
  open: OpenEngine,
  signal: AbortSignal,
): Promise<Collected> {
  const lists: LogLine[][] = [];
  const problems: LogProblem[] = [];
  const positions = new Map<string, Position>();
  const ofNode = async (node: string, own: readonly LogSource[]): Promise<void> => {
    const places = new Semaphore(AT_ONCE);
    let away: string | undefined;
    const one = async (source: LogSource): Promise<void> => {
      if (away !== undefined || signal.aborted) return;
      try {
        const position = new Position(filter.since.toISOString());
        lists.push(await latest(source, filter, open, { position, signal }));
        positions.set(source.name, position);
      } catch (error) {
        const { message } = error as Error;
        // One word is enough for a node that is away: it would be the same for each of its containers.
        if (error instanceof NoContainer) problems.push({ node, problem: message });
        else if (away === undefined) {
          away = message;
          problems.push({ node, problem: message });
        }
      }
    };
    await Promise.all(own.map((source) => places.use(() => one(source))));
  };
  const nodes = Map.groupBy(sources, ({ node }) => node);
  await Promise.all([...nodes].map(([node, own]) => ofNode(node, own)));
  return { lines: mergeLines(lists, filter.limit), problems, positions };
}

async function latest(
  source: LogSource,
  filter: LogFilter,
  open: OpenEngine,
  { position, signal }: { position: Position; signal: AbortSignal },
): Promise<LogLine[]> {
  const filtered = filter.grep !== undefined || filter.level !== undefined;
  const query = { since: filter.since.toISOString(), ...(!filtered && { tail: filter.limit }) };
  const found: LogLine[] = [];
  for await (const message of engineLogs(await open(source.node), source.name, query, signal)) {
    position.passed(message.time);
    const line = logLine(source, message);
    if (!fits(filter, line)) continue;
    found.push(line);
    // In halves, so that a line costs no shift of all others.
    if (found.length >= 2 * filter.limit) found.splice(0, filter.limit);
  }
  return found.slice(-filter.limit);
}
