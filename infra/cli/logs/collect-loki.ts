import { jsonObject } from "../../../images/runtime/json-object.ts";
import { LEVELS, type Level } from "../../../images/runtime/logs/level.ts";
import { type AskGate, askLoki, type LokiEntry } from "./ask-loki.ts";
import { fits, mergeLines } from "./line.ts";
import type { LogFilter, LogLine, LogSource } from "./types.ts";

/** Lines of one question. */
const PAGE = 1000;
/** Names of one question: the gate takes questions of 4096 characters. */
const MOST_NAMES = 3000;

/**
 * The latest lines of these containers that fit, by time, from Loki. With `grep` all of `filter.since` is read.
 * @throws Error when Loki does not answer
 */
export async function collectFromLoki(
  sources: readonly LogSource[],
  filter: LogFilter,
  ask: AskGate,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const known = new Map(sources.map((source) => [source.name, source]));
  const lists: LogLine[][] = [];
  for (const [tenant, own] of Map.groupBy(sources, (source) => source.tenant ?? "shared")) {
    for (const names of groups(own)) lists.push(await latest(selector(names, filter.level), tenant, filter));
  }
  return mergeLines(lists, filter.limit);

  async function latest(query: string, tenant: string, { since, limit }: LogFilter): Promise<LogLine[]> {
    const found: LogLine[] = [];
    const start = BigInt(since.getTime()) * 1_000_000n;
    let end = BigInt(Date.now() + 60_000) * 1_000_000n;
    let atEnd = new Set<string>();
    while (found.length < limit && !signal.aborted) {
      const page = await askLoki(ask, tenant, { query, start, end, limit: PAGE });
      const fresh = page.filter((entry) => !atEnd.has(idOf(entry)));
      found.push(...fresh.flatMap((entry) => lineOf(entry, known) ?? []).filter((line) => fits(filter, line)));
      const oldest = page.at(-1)?.time;
      if (oldest === undefined || page.length < PAGE) break;
      if (fresh.length === 0) throw new Error(`more than ${PAGE} lines of one instant, which cannot be told apart`);
      // Others of the same instant may be on the next page, where these come once more.
      end = oldest + 1n;
      atEnd = new Set(page.filter(({ time }) => time === oldest).map(idOf));
    }
    return found.slice(0, limit).reverse();
  }
}

const idOf = ({ labels, time, text }: LokiEntry): string => JSON.stringify([labels, String(time), text]);

function groups(sources: readonly LogSource[]): string[][] {
  const all: string[][] = [[]];
  let size = 0;
  for (const { name } of sources) {
    if (size + name.length > MOST_NAMES) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(name);
    size += name.length + 1;
  }
  return all;
}

/** Names are of letters, digits and dashes alone. */
function selector(names: readonly string[], level: Level | undefined): string {
  const levels = level === undefined ? "" : `, level=~"${LEVELS.slice(LEVELS.indexOf(level)).join("|")}"`;
  return `{container=~"${names.join("|")}"${levels}}`;
}

function lineOf({ labels, time, text }: LokiEntry, known: ReadonlyMap<string, LogSource>): LogLine | undefined {
  const source = known.get(labels.container ?? "");
  const level = LEVELS.find((one) => one === labels.level);
  if (source === undefined || level === undefined) return undefined;
  const { name, service, tenant, layer, device } = source;
  return {
    time: rfc3339(time),
    node: labels.node ?? source.node,
    service,
    container: name,
    ...(tenant !== undefined && { tenant }),
    ...(layer !== undefined && { layer }),
    ...(device !== undefined && { device }),
    level,
    line: unwrap(text),
  };
}

/** With nine digits of a second, as engines write it. */
function rfc3339(time: bigint): string {
  const seconds = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(time % 1_000_000_000n).padStart(9, "0")}Z`;
}

/** The shipper wraps lines that are no JSON in an object of `level` and `msg`; ours always have more. */
function unwrap(text: string): string {
  const fields = text.startsWith('{"level":') ? jsonObject(text) : undefined;
  const isWrapped = fields !== undefined && Object.keys(fields).join() === "level,msg";
  return isWrapped && typeof fields.msg === "string" ? fields.msg : text;
}
