import { normalised } from "../../../runtime/intel/indicator.ts";
import { type Load, ROOM } from "../../../runtime/intel/load.ts";
import { ownText } from "../../../runtime/intel/own-text.ts";
import { FeedCollector, type ParsedFeed } from "../../../runtime/intel/parsed-feed.ts";
import { type FeedDefaults, isConfidence } from "../../../runtime/intel/stix.ts";
import { toUtc } from "../../../runtime/timestamp.ts";

const HEADER = "type,value,confidence,valid_until,source";
/** Longest line, characters. */
const MAX_LINE = 4096;

/**
 * Reads a feed of lines `type,value,confidence,valid_until,source` below a header of these names (RFC 4180 without line
 * breaks in values; empty lines and such that begin with # do not count). The last three may be empty.
 * @param room what it may take
 * @throws Error when the header is another one, or there is no room for it
 */
export function parseCsv(text: string, { feed, confidence: usual }: FeedDefaults, room: Load = ROOM): ParsedFeed {
  const collector = new FeedCollector(room);
  let headed = false;
  for (const line of linesOf(text)) {
    if (line === "" || line.startsWith("#")) continue;
    if (!headed) {
      if (line.replaceAll(" ", "").toLowerCase() !== HEADER) throw new Error(`does not begin with the line ${HEADER}`);
      headed = true;
      continue;
    }
    const cells = line.length > MAX_LINE ? undefined : cellsOf(line);
    if (cells?.length !== 5) {
      collector.skip("line that has not five values");
      continue;
    }
    const [type = "", value = "", sure = "", end = "", source = ""] = cells;
    const confidence = sure === "" ? usual : Number(sure);
    const until = end === "" ? undefined : toUtc(end.length === 10 ? `${end}T00:00:00Z` : end);
    const form = normalised(type.toLowerCase(), value);
    if ("wrong" in form)
      collector.skip(form.wrong.startsWith("unknown") ? form.wrong : `${type} that is ${form.wrong}`);
    else if (!isConfidence(confidence)) collector.skip("confidence that is no whole number from 0 to 100");
    else if (end !== "" && until === undefined) collector.skip("valid_until that is no date");
    else {
      const ends = until === undefined ? {} : { until: Date.parse(until) };
      collector.add({
        feed,
        ...form,
        confidence,
        ...ends,
        labels: source === "" ? [] : [ownText(source.slice(0, 64))],
      });
    }
  }
  if (!headed) throw new Error(`does not begin with the line ${HEADER}`);
  return collector.parsed;
}

/** One by one: millions of empty lines must not stand in memory together. `trim` takes a byte order mark, too. */
function* linesOf(text: string): Iterable<string> {
  for (let at = 0; at <= text.length; ) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    yield line.trim();
    at += line.length + 1;
  }
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** Values of a line; undefined where quotation marks do not fit. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (;;) {
    const match = CELL.exec(line);
    if (!match) return undefined;
    const [, quoted, plain = "", end] = match;
    cells.push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
    if (end === "") return cells;
    if (cells.length > 8) return undefined;
  }
}
