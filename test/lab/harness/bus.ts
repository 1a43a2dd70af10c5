import type { AuditEntry } from "../../../images/runtime/dbe/audit/entry.ts";
import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { gatewayCommand } from "../../../infra/cli/dbe/gateway-command.ts";
import type { Shown } from "../../../infra/cli/dbe/show.ts";
import { dsmil, dsmilOk, root } from "./dsmil.ts";

export const NODES = ["node-a", "node-b", "node-c"] as const;
/** Where a node's gateway or sidecar takes peers. */
export const ADDRESS = { "node-a": "172.20.0.10", "node-b": "172.20.0.20", "node-c": "172.20.0.30" } as const;
export const PORT = 8100;
/** Fleet domain of the lab. */
export const DOMAIN = "dsmil.local";

/** A refusal that nothing else causes, to tell what came before it from what came after. */
const FENCE = "FENCE";

/** Asks a node's gateway as its operator does, without starting a process of `dsmil`. */
export async function ctl<T>(node: string, args: readonly string[], stdin?: string): Promise<T> {
  const connection = await connect(readAccess(root, node));
  const options = { timeoutMs: 140_000, ...(stdin !== undefined && { stdin }) };
  const { stdout, stderr } = await connection.exec(gatewayCommand({ name: "dsmil" }, node, args), options);
  if (!stdout.startsWith("{")) throw new Error(`${node}: ctl ${args[0]} said ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

/** What a node's gateway says of itself. */
export const shown = (node: string): Promise<Shown> => ctl<Shown>(node, ["show"]);

/** `dsmil dbe send`: what came back. */
export async function send(...args: string[]): Promise<{ name: string; reason?: string; payload: string }> {
  const { stdout, stderr } = await dsmil("dbe", "send", "--json", ...args);
  if (stdout === "") throw new Error(`dbe send ${args.join(" ")} printed nothing: ${stderr}`);
  return JSON.parse(stdout) as { name: string; reason?: string; payload: string };
}

/** Polls until a condition holds. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`after ${seconds} s: not ${what}`);
    await new Promise((r) => setTimeout(r, 250));
  }
}

/** Waits until every gateway has every session; what each says. */
export async function untilLinked(transport?: string): Promise<Shown[]> {
  let seen: Shown[] = [];
  const good = (s: Shown): boolean =>
    s.sessions.length === NODES.length - 1 &&
    s.sessions.every((one) => one.state === "up" && (transport === undefined || one.transport === transport));
  await until("linked", async () => {
    seen = await Promise.all(NODES.map(shown));
    return seen.every(good);
  });
  return seen;
}

/** `dsmil audit list`: refusals of a node after an entry, oldest first. */
export async function refusalsAfter(node: string, seq: number): Promise<AuditEntry[]> {
  const { stdout } = await dsmilOk("audit", "list", "--node", node, "--limit", "2000", "--json");
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as AuditEntry)
    .filter((entry) => entry.seq > seq && entry.kind === "dbe.refused");
}

/** What a node refused while something was done to it. */
export interface Refused {
  /** Rows in the trail. */
  readonly rows: readonly AuditEntry[];
  /** By reason, how far the counters of `dbe show` went on. */
  readonly counted: Readonly<Record<string, number>>;
}

/**
 * Does something and returns what `node` refused because of it: all of it, since a refusal of our own comes last and
 * the trail has rows in their order.
 */
export async function refusedBy(node: string, attack: () => Promise<unknown>): Promise<Refused> {
  const before = await shown(node);
  await attack();
  await fence(node);
  let rows: AuditEntry[] = [];
  await until("in the trail", async () => {
    rows = await refusalsAfter(node, before.audit.seq);
    return rows.some(({ tenant }) => tenant === FENCE);
  });
  const after = await shown(node);
  const reasons = Object.keys(after.rejections);
  const gone = reasons.map((reason) => {
    const own = reason === "UNKNOWN_TENANT" ? 1 : 0;
    return [reason, (after.rejections[reason] ?? 0) - (before.rejections[reason] ?? 0) - own] as const;
  });
  return {
    rows: rows.filter(({ tenant }) => tenant !== FENCE),
    counted: Object.fromEntries(gone.filter(([, count]) => count > 0)),
  };
}

/** Has a gateway refuse a message of our own. */
async function fence(node: string): Promise<void> {
  await ctl(node, ["send", "-"], JSON.stringify({ type: "ECHO_REQ", tenant: FENCE, destination: 0 }));
}
