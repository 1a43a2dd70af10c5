import { type JsonObject, jsonObject } from "../../runtime/json-object.ts";

/** One container's figures, and how they are asked for. */
export interface Target {
  readonly container: string;
  /** Name of the job in Prometheus. */
  readonly job: string;
  readonly scheme: "http" | "https";
  readonly port: number;
  readonly path: string;
  /** Name that its certificate must carry, over https. */
  readonly serverName?: string;
  /** Labels of all its series. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Largest file of targets, bytes. */
export const MAX_TARGETS_FILE = 256 * 1024;
const MAX_TARGETS = 512;
const MAX_LABELS = 16;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;
const LABEL = /^[a-z][a-z0-9_]{0,31}$/;
const VALUE = /^[\x20-\x7e]{0,128}$/;

/**
 * Understands a file of targets.
 * @throws Error naming what is wrong
 */
export function parseTargets(text: string): readonly Target[] {
  const list = jsonObject(text)?.targets;
  if (!Array.isArray(list)) throw new Error('is no JSON object with "targets"');
  if (list.length > MAX_TARGETS) throw new Error(`has ${list.length} targets; at most ${MAX_TARGETS} are taken`);
  return list.map((value: unknown, i) => target(value, `targets[${i}]`));
}

function target(value: unknown, at: string): Target {
  if (typeof value !== "object" || value === null) throw new Error(`${at} is no object`);
  const { container, job, scheme, port, path, server_name: serverName, labels } = value as JsonObject;
  const good =
    text(container, NAME) &&
    text(job, /^[a-z][a-z0-9-]{0,30}$/) &&
    (scheme === "http" || scheme === "https") &&
    Number.isInteger(port) &&
    Number(port) > 0 &&
    Number(port) < 65_536 &&
    text(path, /^\/[a-zA-Z0-9/_.-]{0,127}$/) &&
    (serverName === undefined || text(serverName, /^[a-z0-9][a-z0-9.-]{0,252}$/));
  if (!good) throw new Error(`${at} is not a container's name, a job, http or https, a port and a path`);
  return {
    container,
    job,
    scheme,
    port: Number(port),
    path,
    ...(serverName !== undefined && { serverName: serverName as string }),
    labels: labelsOf(labels, `${at}.labels`),
  };
}

function labelsOf(value: unknown, at: string): Target["labels"] {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length > MAX_LABELS || !entries.every(([name, one]) => LABEL.test(name) && text(one, VALUE))) {
    throw new Error(`${at} are not at most ${MAX_LABELS} labels`);
  }
  return Object.fromEntries(entries);
}

const text = (value: unknown, pattern: RegExp): value is string => typeof value === "string" && pattern.test(value);
