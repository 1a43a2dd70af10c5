import { type ChainedDecision, DECISION_GENESIS, decisionHash } from "./decision-record.ts";

/** A record of a writer by number and hash. */
export interface DecisionHead {
  /** 0: there is none. */
  readonly seq: number;
  readonly hash: Buffer;
}

/** The first thing wrong in a writer's chain. */
export interface DecisionFault {
  readonly writer: string;
  /** The record that was altered or is missing. */
  readonly seq: number;
  readonly kind: "altered" | "missing";
  /** For a person. */
  readonly detail: string;
}

/** What became of a verification. */
export interface DecisionVerification {
  /** Where each writer's sound part ends; remembered, it shows later what was taken from the end. */
  readonly heads: ReadonlyMap<string, DecisionHead>;
  /** The first fault of each writer; empty: every record is as it was written. */
  readonly faults: readonly DecisionFault[];
  readonly records: number;
}

/** What is known beforehand. */
export interface DecisionTrust {
  /** Where reading begins: this record, sound when last seen, comes first. Absent: with a writer's first. */
  readonly from?: ReadonlyMap<string, DecisionHead>;
  /** Records that must be there as they are remembered. */
  readonly remembered?: ReadonlyMap<string, DecisionHead>;
}

/**
 * Recomputes every hash and follows every writer's chain; stops with a writer at its first fault.
 * @param batches records by writer, then by number
 */
export async function verifyDecisions(
  batches: AsyncIterable<readonly ChainedDecision[]> | Iterable<readonly ChainedDecision[]>,
  { from = new Map(), remembered = new Map() }: DecisionTrust = {},
): Promise<DecisionVerification> {
  const heads = new Map<string, DecisionHead>();
  const faults = new Map<string, DecisionFault>();
  let records = 0;
  const fault = (writer: string, seq: number, kind: DecisionFault["kind"], detail: string): void =>
    void faults.set(writer, { writer, seq, kind, detail });
  for await (const batch of batches) {
    for (const record of batch) {
      const { writer } = record;
      records++;
      if (faults.has(writer)) continue;
      const problem = judge(record, heads.get(writer), from.get(writer), remembered.get(writer));
      if (problem === undefined) heads.set(writer, { seq: record.seq, hash: record.hash });
      else fault(writer, ...problem);
    }
  }
  for (const [writer, head] of [...from, ...remembered]) {
    const last = heads.get(writer)?.seq ?? 0;
    if (faults.has(writer) || head.seq <= last) continue;
    const first = last === 0 ? Math.max(1, from.get(writer)?.seq ?? 1) : last + 1;
    fault(writer, first, "missing", `is not there, the chain ends before it; it went to ${head.seq} once`);
  }
  return { heads, faults: [...faults.values()].sort(byPlace), records };
}

type Problem = [seq: number, kind: DecisionFault["kind"], detail: string];

function judge(
  record: ChainedDecision,
  before: DecisionHead | undefined,
  begin: DecisionHead | undefined,
  remembered: DecisionHead | undefined,
): Problem | undefined {
  const { seq, hash, prevHash } = record;
  const due = before === undefined ? Math.max(1, begin?.seq ?? 1) : before.seq + 1;
  if (seq > due) return [due, "missing", "is not there"];
  if (seq < due) return [seq, "altered", "is there a second time"];
  if (!decisionHash(prevHash, record).equals(hash)) return [seq, "altered", "is not what its hash was made of"];
  const known = [begin, remembered].find((one) => one?.seq === seq && !one.hash.equals(hash));
  if (known !== undefined) return [seq, "altered", "was written anew with another hash"];
  // The first one that is read may follow one that is not.
  const expected = before?.hash ?? (seq === 1 ? DECISION_GENESIS : prevHash);
  if (prevHash.equals(expected)) return undefined;
  if (seq === 1) return [seq, "altered", "does not begin the chain"];
  const sound = begin?.seq === seq - 1 || remembered?.seq === seq - 1;
  return sound
    ? [seq, "altered", "follows another record than the one before it"]
    : [seq - 1, "altered", "was written anew with another hash, the next one follows another record"];
}

const byPlace = (a: DecisionFault, b: DecisionFault): number => a.writer.localeCompare(b.writer) || a.seq - b.seq;
