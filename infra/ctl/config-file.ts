import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { parse, stringify } from "yaml";
import { CtlError } from "./ctl-error.ts";

/** A node as an operator reaches it. */
export interface CtlNode {
  readonly name: string;
  /** Host or address. */
  readonly address: string;
  readonly port: number;
  /** Name that its certificate must carry. */
  readonly serverName: string;
}

/** A fleet, and who asks it. Paths are absolute here. */
export interface CtlContext {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly nodes: readonly CtlNode[];
  /** The API of Layer 7; absent in files of before it was written there. */
  readonly l7?: CtlNode;
}

export interface CtlConfig {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, CtlContext>>;
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
const HOST = /^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,252}$/;
const PORT = 8099;

/** Where the configuration is: `--config`, DSMILCTL_CONFIG, else below the home folder. */
export function configPath(given?: string): string {
  const folder = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  return given ?? process.env.DSMILCTL_CONFIG ?? join(folder, "dsmil", "config.yaml");
}

/** The configuration; an empty one where there is no file. @throws CtlError naming what is wrong */
export function readConfig(path: string): CtlConfig {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { contexts: {} };
    throw new CtlError(`${path} cannot be read: ${message}`, "name another file with --config");
  }
  return parseConfig(content, path);
}

/** Understands a configuration; relative paths begin at its folder. @throws CtlError naming what is wrong */
export function parseConfig(content: string, path: string): CtlConfig {
  let file: unknown;
  try {
    file = parse(content, { maxAliasCount: 0 });
  } catch (error) {
    throw wrong(path, `is no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  const { current, contexts } = objectAt(file, path, "it");
  const found = Object.entries(objectAt(contexts ?? {}, path, "contexts")).map(([name, value]) => {
    if (!NAME.test(name)) throw wrong(path, `contexts: ${JSON.stringify(name)} is no name`);
    return [name, contextAt(value, path, `contexts.${name}`)] as const;
  });
  if (current !== undefined && !found.some(([name]) => name === current)) {
    throw wrong(path, `current: there is no context ${JSON.stringify(current)}`);
  }
  return { ...(typeof current === "string" && { current }), contexts: Object.fromEntries(found) };
}

/** Writes the configuration for its owner alone, whole or not at all. */
export function writeConfig(path: string, config: CtlConfig): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, stringify(config), { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

/** The context to ask with. @throws CtlError where none is chosen, or its key may be read by others */
export function chosenContext(config: CtlConfig, path: string, name = config.current): CtlContext {
  const names = Object.keys(config.contexts);
  const only = names.length === 1 ? names[0] : undefined;
  const context = config.contexts[name ?? only ?? ""];
  if (context !== undefined) return context;
  const there = names.length > 0 ? `there are ${names.join(", ")}` : `${path} has none`;
  const what = name === undefined ? "no context is chosen" : `there is no context ${JSON.stringify(name)}`;
  throw new CtlError(
    `${what}: ${there}`,
    "dsmilctl config import FILE (of `bin/dsmil operator`), or config use-context NAME",
  );
}

/** Whether others than its owner may read a file. */
export const isOpen = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;

function contextAt(value: unknown, path: string, at: string): CtlContext {
  const { ca, cert, key, nodes, l7 } = objectAt(value, path, at);
  const file = (given: unknown, what: string): string => {
    if (typeof given !== "string" || given === "") throw wrong(path, `${at}.${what} names no file`);
    return isAbsolute(given) ? given : join(dirname(path), given);
  };
  if (!Array.isArray(nodes) || nodes.length > 64) throw wrong(path, `${at}.nodes is no list of at most 64 nodes`);
  const read = nodes.map((node: unknown, i) => nodeAt(node, path, `${at}.nodes[${i}]`));
  if (new Set(read.map(({ name }) => name)).size < read.length) throw wrong(path, `${at}.nodes has a name twice`);
  return {
    ...{ ca: file(ca, "ca"), cert: file(cert, "cert"), key: file(key, "key"), nodes: read },
    ...(l7 !== undefined && { l7: nodeAt(l7, path, `${at}.l7`) }),
  };
}

function nodeAt(value: unknown, path: string, at: string): CtlNode {
  const { name, address, port = PORT, serverName } = objectAt(value, path, at);
  const good =
    typeof name === "string" &&
    NAME.test(name) &&
    typeof address === "string" &&
    HOST.test(address) &&
    Number.isInteger(port) &&
    Number(port) > 0 &&
    Number(port) < 65_536;
  if (!good) throw wrong(path, `${at} is not a name, an address and a port`);
  const server = serverName ?? address;
  if (typeof server !== "string" || !HOST.test(server)) throw wrong(path, `${at}.serverName is no host name`);
  return { name, address, port: Number(port), serverName: server };
}

function objectAt(value: unknown, path: string, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(path, `${at} is no mapping of keys`);
}

const wrong = (path: string, what: string): CtlError =>
  new CtlError(`${path}: ${what}`, "correct it, or name another file with --config");
