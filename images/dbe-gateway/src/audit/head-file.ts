import { readFile } from "node:fs/promises";
import { GENESIS } from "../../../runtime/dbe/audit/entry.ts";
import { writeFileSafely } from "../../../runtime/write-file.ts";

/** The last row of a node's chain. */
export interface Head {
  /** Its number; 0 before the first row. */
  readonly seq: number;
  /** Hex of its hash; zeros before the first row. */
  readonly hash: string;
}

/** Where the spool is drained up to: a segment's number and a byte within it. */
export interface Cursor {
  readonly segment: number;
  readonly offset: number;
}

/** A head that the store no longer had when this gateway looked. */
export interface LostHead extends Head {
  /** RFC 3339: when it was missed. */
  readonly missed: string;
}

/** Rows that the store had behind this node's own, without its signature. */
export interface ForeignRows {
  readonly first: number;
  readonly last: number;
  /** Hex of the hash of the last one. */
  readonly hash: string;
  /** RFC 3339: when they were found. */
  readonly found: string;
}

/** What a node remembers of its chain besides Postgres. */
export interface HeadState {
  /** The last row known to be in Postgres. */
  readonly head: Head;
  readonly cursor: Cursor;
  /** Proof of rows that were there once; kept for `bin/dsmil audit verify`. */
  readonly lost: readonly LostHead[];
  /** The same, as `audit` entries in the chain say it. */
  readonly foreign: readonly ForeignRows[];
  /** Rows about it that are not in Postgres yet, as the spool holds rows; they go before those of the spool. */
  readonly statements: readonly string[];
}

const HASH = /^[0-9a-f]{64}$/;
const MAX_LOST = 100;
/** Statements that wait: one an attempt of somebody who adds rows between any two of ours. */
const MAX_STATEMENTS = 16;
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * `head.json`, mode 0600: `{"v":1,"node":"node-a","seq":7,"hash":"<hex>","segment":1,"offset":120,"lost":[…],
 * "foreign":[…],"statements":[…]}`. Head and cursor change together, in one step, so that a crash can neither lose a row nor write it twice.
 */
export class HeadFile {
  private readonly path: string;
  private readonly node: string;
  private current: HeadState = {
    head: { seq: 0, hash: GENESIS.toString("hex") },
    cursor: { segment: 1, offset: 0 },
    lost: [],
    foreign: [],
    statements: [],
  };

  constructor(path: string, node: string) {
    this.path = path;
    this.node = node;
  }

  get state(): HeadState {
    return this.current;
  }

  /** Reads the file; none is a chain that begins. Throws when there is one that cannot be understood. */
  async load(): Promise<void> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text !== undefined) this.current = this.parse(text);
  }

  async save(change: Partial<HeadState>): Promise<void> {
    const next = { ...this.current, ...change };
    const [lost, foreign] = [next.lost.slice(-MAX_LOST), next.foreign.slice(-MAX_LOST)];
    const statements = next.statements.slice(-MAX_STATEMENTS);
    const { head, cursor } = next;
    const text = JSON.stringify({ v: 1, node: this.node, ...head, ...cursor, lost, foreign, statements });
    await writeFileSafely(this.path, `${text}\n`);
    this.current = { head, cursor, lost, foreign, statements };
  }

  private parse(text: string): HeadState {
    const remedy = "restore it, or move it away and run `bin/dsmil audit verify`";
    let value: Record<string, unknown>;
    try {
      value = JSON.parse(text) as Record<string, unknown>;
    } catch {
      throw new Error(`${this.path} is no JSON; ${remedy}`);
    }
    // A file of a release before these two has none of them.
    const { v, node, seq, hash, segment, offset, lost, foreign = [], statements = [] } = value;
    if (v !== 1 || node !== this.node) throw new Error(`${this.path} is not the audit head of ${this.node}; ${remedy}`);
    const good = isCount(seq) && isCount(segment) && isCount(offset) && typeof hash === "string" && HASH.test(hash);
    const lists = Array.isArray(lost) && Array.isArray(foreign) && isTexts(statements);
    if (!good || !lists) throw new Error(`${this.path} is damaged; ${remedy}`);
    return { head: { seq, hash }, cursor: { segment, offset }, lost, foreign, statements };
  }
}
