import type { ChainHead } from "../../../images/runtime/dbe/audit/sql.ts";
import type { NodeConnection } from "../../access/connection.ts";
import { said } from "../../provider/run.ts";

/** What a node says about its own chain. */
export interface NodeMemory {
  readonly node: string;
  /** The entry that it wrote last, and those that it found gone from the table. */
  readonly heads: readonly ChainHead[];
  /** Its certificate, unverified. */
  readonly certificate?: string;
  /** What could not be asked, and what that means. */
  readonly notes: readonly string[];
}

/** What the collector needs of a connection. */
export type NodeShell = Pick<NodeConnection, "exec">;

/** What a gateway prints of its chain, as far as it is read here. */
interface Shown {
  readonly audit?: {
    readonly node?: unknown;
    readonly seq?: unknown;
    readonly hash?: unknown;
    readonly lost?: unknown;
  };
}

const EXEC = { timeoutMs: 15_000, maxOutputBytes: 8 * 1024 * 1024 };
const UNSEEN = "entries removed from the end of its chain would not be noticed";

/**
 * Asks every node at once; one that cannot answer is noted, and no reason to stop.
 * @param show the command that has a node's gateway print its state as JSON
 */
export function askNodes(
  nodes: readonly string[],
  connect: (node: string) => Promise<NodeShell>,
  show: (node: string) => readonly string[],
): Promise<NodeMemory[]> {
  return Promise.all(nodes.map((node) => askNode(node, connect, show(node))));
}

async function askNode(
  node: string,
  connect: (node: string) => Promise<NodeShell>,
  show: readonly string[],
): Promise<NodeMemory> {
  try {
    const shell = await connect(node);
    const [file, gateway] = await Promise.all([
      shell.exec(["cat", `/etc/dsmil/node_keys/${node}-mldsa87.pub`], EXEC),
      shell.exec(show, EXEC),
    ]);
    const certificate = file.code === 0 ? { certificate: file.stdout.trim() } : {};
    if (gateway.code !== 0) {
      const absent = /no such container|is not running/i.test(gateway.stderr);
      const why = absent ? "no gateway runs there" : said(gateway).slice(0, 200);
      return { node, heads: [], ...certificate, notes: [`${node}: its gateway was not asked (${why}): ${UNSEEN}`] };
    }
    return { node, heads: readHeads(gateway.stdout, node), ...certificate, notes: [] };
  } catch (error) {
    return { node, heads: [], notes: [`${node}: not asked (${(error as Error).message}): ${UNSEEN}`] };
  }
}

/**
 * The heads in what a gateway prints: `{"audit":{"node":"node-a","seq":7,"hash":"<hex>","lost":[{"seq":9,"hash":"<hex>"}]}}`.
 * @throws Error when it is something else, or another node's
 */
export function readHeads(text: string, node: string): ChainHead[] {
  const { audit } = (JSON.parse(text) ?? {}) as Shown;
  if (audit?.node !== node) throw new Error(`the gateway's answer holds no audit chain of ${node}`);
  const lost: unknown[] = Array.isArray(audit.lost) ? audit.lost : [];
  return [audit, ...lost].map(readHead).filter(({ seq }) => seq > 0);
}

function readHead(value: unknown): ChainHead {
  const { seq, hash } = (value ?? {}) as { seq?: unknown; hash?: unknown };
  if (!Number.isSafeInteger(seq) || typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new Error("the gateway's answer holds no head of its audit chain");
  }
  return { seq: seq as number, hash: Buffer.from(hash, "hex") };
}
