import { type ContainerAnswer, STATUS, type StatusAnswer } from "../../images/runtime/control/answers.ts";
import {
  AUDIT,
  type AuditAnswer,
  HEALTH,
  type HealthAnswer,
  LOGS,
  type LogLineAnswer,
  type LogsAnswer,
  SLO,
  type SloAnswer,
} from "../../images/runtime/control/findings.ts";
import type { Schema } from "../../images/runtime/control/schema.ts";
import { SOC, type SocAnswer } from "../../images/runtime/control/soc.ts";
import { askNode, type Credentials, type Told } from "./ask-node.ts";
import type { CtlNode } from "./config-file.ts";
import { redact } from "./redact.ts";
import { isWell } from "./render-status.ts";

/** What could not be had, and why. */
export interface Missing {
  readonly node: string;
  readonly what: string;
  readonly why: string;
  /** Whether the operator's role or tenants do not allow it. */
  readonly refused: boolean;
}

/** What one node told. */
export interface IncidentNode {
  readonly node: string;
  readonly status?: StatusAnswer;
  /** Containers that are not well, or were restarted within the hour. */
  readonly looked: readonly string[];
  readonly health: readonly HealthAnswer[];
  /** Their newest lines, oldest first. */
  readonly logs: readonly LogLineAnswer[];
  /** Calls to its control API within the hour. */
  readonly trail?: AuditAnswer;
  /** Service levels, and what the SOC sees with alerts, of the node that has Prometheus. */
  readonly slo?: SloAnswer;
  readonly soc?: SocAnswer;
  readonly missing: readonly Missing[];
}

export interface Wanted {
  /** Most lines of a container. */
  readonly lines: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;
/** Most containers of a node whose lines are asked for. */
export const MOST_CONTAINERS = 20;
/** Most entries that a trail is asked for. */
const MOST_ENTRIES = 500;
const ANSWER_MS = 10_000;
/** After so long with one node nothing further is asked of it. */
const NODE_MS = 60_000;

/** Asks one node for all of it, one question after the other: others ask it, too. Never throws. */
export async function collectNode(node: CtlNode, with_: Credentials, { lines, now }: Wanted): Promise<IncidentNode> {
  const missing: Missing[] = [];
  const until = performance.now() + NODE_MS;
  const ask = async <T>(what: string, path: string, shape: Schema): Promise<T | undefined> => {
    const late = { node: node.name, failure: `left out after ${NODE_MS / 1000} s` };
    const told: Told<T> = performance.now() > until ? late : await askNode<T>(node, with_, path, ANSWER_MS, shape);
    if ("answer" in told) return told.answer;
    // Prometheus runs on one node, and not every container has a health.
    if (told.status === 404) return undefined;
    const refused = told.status === 401 || told.status === 403;
    missing.push({ node: node.name, what, why: told.failure, refused });
    return undefined;
  };
  const nothing = { node: node.name, looked: [], health: [], logs: [], missing };
  const status = await ask<StatusAnswer>("status", "/v1/status", STATUS);
  // Who does not tell that tells nothing.
  if (status === undefined) return nothing;
  const slo = await ask<SloAnswer>("service levels", "/v1/slo", SLO);
  const soc = await ask<SocAnswer>("alerts", "/v1/soc", SOC);
  const told = await ask<AuditAnswer>("trail", `/v1/audit?limit=${MOST_ENTRIES}`, AUDIT);
  const trail = trailOf(told, now - HOUR_MS);
  if (trail?.entries.length === MOST_ENTRIES)
    missing.push({
      node: node.name,
      what: "trail",
      why: `the newest ${MOST_ENTRIES} calls are there, not all`,
      refused: false,
    });
  const ill = status.containers.filter((one) => !isWell(one) || restarted(one, now - HOUR_MS));
  const looked = ill.slice(0, MOST_CONTAINERS).map(({ name }) => name);
  if (ill.length > looked.length)
    missing.push({
      ...{ node: node.name, what: "containers", refused: false },
      why: `${ill.length - looked.length} more are not well`,
    });
  const [health, logs]: [HealthAnswer[], LogLineAnswer[]] = [[], []];
  for (const name of looked) {
    const own = encodeURIComponent(name);
    const report = await ask<HealthAnswer>(`health of ${name}`, `/v1/services/${own}/health`, HEALTH);
    if (report !== undefined) health.push(report);
    const found = await ask<LogsAnswer>(`lines of ${name}`, `/v1/logs?container=${own}&limit=${lines}`, LOGS);
    logs.push(...(found?.lines ?? []).map((line) => ({ ...line, text: redact(line.text) })));
  }
  return {
    ...nothing,
    status,
    looked,
    health,
    logs,
    ...(trail && { trail }),
    ...(slo && { slo }),
    ...(soc && { soc }),
  };
}

const restarted = ({ restarts = 0, since }: ContainerAnswer, from: number): boolean =>
  restarts > 0 && since !== undefined && Date.parse(since) >= from;

const trailOf = (trail: AuditAnswer | undefined, from: number): AuditAnswer | undefined =>
  trail && { ...trail, entries: trail.entries.filter(({ ts }) => Date.parse(ts) >= from) };
