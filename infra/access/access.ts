import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { isMap, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { parseHostKey } from "./host-key.ts";

/** How to reach one node over SSH. */
export interface NodeAccess {
  /** Node id: `node-a`. */
  readonly node: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Pinned public host key: `ssh-ed25519 AAAA…`. Any other key is refused. */
  readonly hostKey: string;
  /** Absolute path of the private key; without it the agent and `~/.ssh/id_*` are tried. */
  readonly identityFile?: string;
  /** File that says so, for messages: `Pulumi.node-a.yaml`. */
  readonly source?: string;
}

/** The lab's endpoints, written when its machines exist; relative to the project folder. */
export const LAB_ACCESS_FILE = ".dsmil/access.json";

/** An endpoint that is missing or malformed: file, key and remedy, one line for each problem. */
export class AccessError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "AccessError";
  }
}

/** What a file says about one node, with a way to name the place of each key. */
interface Entry {
  readonly source: string;
  readonly prefix: string;
  get(key: Key): unknown;
  at(key: Key): string;
}

type Key = "ssh" | "hostKey" | "identityFile";

/**
 * Endpoint of one node: from the lab's `.dsmil/access.json` if it lists the node (unless `DSMIL_NO_LAB=1`), else from
 * the keys `dsmil:ssh`, `dsmil:hostKey`, `dsmil:identityFile` of `Pulumi.<node>.yaml`.
 * @param root project folder
 * @throws AccessError naming file, key and remedy.
 */
export function readAccess(root: string, node: string): NodeAccess {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(node)) throw new AccessError([`"${node}" is not a node id`]);
  const entry = labEntries(root)?.get(node) ?? stackEntry(root, node);
  if (entry === undefined) {
    throw new AccessError([
      `Pulumi.${node}.yaml: no such file, so nothing says how to reach ${node}. ` +
        `Create it with dsmil:ssh (user@host:port) and dsmil:hostKey under "config:", ` +
        `or run "bin/dsmil up" for a lab on this machine`,
    ]);
  }
  return toAccess(root, node, entry);
}

/**
 * Endpoints of all nodes that a stack file or the lab lists, in the order of their names.
 * @param onProblem told about a node whose endpoint is missing or malformed, instead of throwing
 * @throws AccessError with the problems of all of them.
 */
export function listAccess(root: string, onProblem?: (problem: string) => void): NodeAccess[] {
  const stacks = readdirSync(root).flatMap((name) => /^Pulumi\.([a-z][a-z0-9-]*)\.yaml$/.exec(name)?.[1] ?? []);
  const nodes = [...new Set([...stacks, ...(labEntries(root)?.keys() ?? [])])].sort();
  const problems: string[] = [];
  const found = nodes.flatMap((node) => {
    try {
      return [readAccess(root, node)];
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0 && onProblem === undefined) throw new AccessError(problems);
  for (const problem of problems) onProblem?.(problem);
  return found;
}

function labEntries(root: string): ReadonlyMap<string, Entry> | undefined {
  const path = join(root, LAB_ACCESS_FILE);
  if (process.env.DSMIL_NO_LAB === "1" || !existsSync(path)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new AccessError([
      `${LAB_ACCESS_FILE}: ${(error as Error).message}. It is generated: run "bin/dsmil lab create" to write it anew`,
    ]);
  }
  const record = (value: unknown): Record<string, unknown> =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return new Map(
    Object.entries(record(parsed)).map(([node, value]) => {
      const keys = record(value);
      const at = (key: Key): string => `${LAB_ACCESS_FILE}: ${node}.${key}`;
      return [node, { source: LAB_ACCESS_FILE, prefix: "", get: (key: Key) => keys[key], at }];
    }),
  );
}

function stackEntry(root: string, node: string): Entry | undefined {
  const source = `Pulumi.${node}.yaml`;
  const path = join(root, source);
  if (!existsSync(path)) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
  const failed = document.errors[0];
  if (failed !== undefined) throw new AccessError([`${source}: ${failed.message}`]);
  const config = document.get("config");
  const map: YAMLMap | undefined = isMap(config) ? config : undefined;
  const at = (key: Key): string => {
    const node = map?.get(`dsmil:${key}`, true) as { range?: readonly number[] | null } | undefined;
    const offset = node?.range?.[0];
    return `${source}${offset === undefined ? "" : `:${lines.linePos(offset).line}`}: dsmil:${key}`;
  };
  const get = (key: Key): unknown => {
    const value: unknown = map?.get(`dsmil:${key}`);
    return isMap(value) ? value.toJSON() : value;
  };
  return { source, prefix: "dsmil:", get, at };
}

function toAccess(root: string, node: string, entry: Entry): NodeAccess {
  const problems: string[] = [];
  const collect = <T>(key: Key, remedy: string, parse: (text: string) => T): T | undefined => {
    const value = entry.get(key);
    const report = (what: string): undefined => {
      problems.push(`${entry.at(key)}: ${what}. ${remedy}`);
      return undefined;
    };
    if (value === undefined || value === null || value === "") return report("missing");
    if (typeof value !== "string") return report("must be plain text (it is no secret: set it without --secret)");
    try {
      return parse(value);
    } catch (error) {
      return report((error as Error).message);
    }
  };
  const endpoint = collect("ssh", `Set it to user@host:port, such as root@192.0.2.10:22`, parseEndpoint);
  const hostKey = collect("hostKey", hostKeyRemedy(node, entry, endpoint), (text) => {
    parseHostKey(text);
    return text.trim().split(/\s+/).slice(0, 2).join(" ");
  });
  const identityFile =
    entry.get("identityFile") === undefined
      ? undefined
      : collect(
          "identityFile",
          "Set it to the path of a private key that the node accepts, or remove the key",
          (text) => identityPath(root, text),
        );
  if (endpoint === undefined || hostKey === undefined || problems.length > 0) throw new AccessError(problems);
  return { node, ...endpoint, hostKey, source: entry.source, ...(identityFile === undefined ? {} : { identityFile }) };
}

function hostKeyRemedy(node: string, entry: Entry, endpoint: { host: string; port: number } | undefined): string {
  if (entry.source === LAB_ACCESS_FILE) return `The file is generated: run "bin/dsmil lab create" to write it anew`;
  const where = endpoint === undefined ? "-p 22 HOST" : `-p ${endpoint.port} ${endpoint.host}`;
  return (
    `Read the key with "ssh-keyscan -t ed25519 ${where}", compare its fingerprint (ssh-keygen -lf) with what ` +
    `"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints on the node's own console, then set it with ` +
    `pulumi config set --stack ${node} dsmil:hostKey "ssh-ed25519 AAAA…"`
  );
}

/** `user@host[:port]`, `user@[v6][:port]`. */
function parseEndpoint(text: string): { user: string; host: string; port: number } {
  const match =
    /^([A-Za-z0-9_][A-Za-z0-9_.-]*)@(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9.-]*))(?::(\d{1,5}))?$/.exec(
      text.trim(),
    );
  const [, user, v6, name, digits = "22"] = match ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (user === undefined || host === undefined) throw new Error(`"${text}" is not of the form user@host:port`);
  if (port < 1 || port > 65535) throw new Error(`port ${digits} is out of range (1 to 65535)`);
  return { user, host, port };
}

function identityPath(root: string, text: string): string {
  const path = text.startsWith("~/") ? join(homedir(), text.slice(2)) : resolve(root, text);
  if (!existsSync(path)) throw new Error(`${relative(root, path)} does not exist`);
  return path;
}
