import { UserError } from "../errors.ts";

/** An alert that fires now. */
export interface FiringAlert {
  readonly name: string;
  readonly severity: string;
  /** RFC 3339, when it began to hold. */
  readonly since: string;
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
  /** The rest: `node`, `layer`, `tenant` … */
  readonly labels: Readonly<Record<string, string>>;
}

/** Always fires while rules are computed. */
const WATCHDOG = "Watchdog";
const ORDER = ["critical", "warning"];

/**
 * What fires by the data of Prometheus' `/api/v1/alerts`, most severe and oldest first.
 * @throws UserError when they hold no alerts, or Prometheus computes no rules: nothing is known then
 */
export function readAlerts(data: unknown): FiringAlert[] {
  const alerts = read(data);
  if (!alerts.some(({ name }) => name === WATCHDOG)) {
    throw unknown(`${WATCHDOG} does not fire: Prometheus has just started, or computes no rules`);
  }
  const rank = ({ severity }: FiringAlert): number =>
    ORDER.includes(severity) ? ORDER.indexOf(severity) : ORDER.length;
  return alerts
    .filter(({ name }) => name !== WATCHDOG)
    .sort((a, b) => rank(a) - rank(b) || Date.parse(a.since) - Date.parse(b.since) || (a.name < b.name ? -1 : 1));
}

/** An error that says that nobody knows what fires. */
export const unknown = (what: string): UserError =>
  new UserError(what, "what fires is not known; see `bin/dsmil status`");

function read(data: unknown): FiringAlert[] {
  const alerts = (data as { alerts?: unknown } | null | undefined)?.alerts;
  if (!Array.isArray(alerts)) throw unknown("Prometheus' answer has no alerts");
  return alerts.flatMap((alert: unknown) => firing(alert) ?? []);
}

function firing(alert: unknown): FiringAlert | undefined {
  const { state, labels, annotations, activeAt } = (alert ?? {}) as Readonly<Record<string, unknown>>;
  if (state !== "firing") return undefined;
  const { alertname = "", severity = "none", ...rest } = texts(labels);
  const { summary = "", description = "", runbook = "" } = texts(annotations);
  const since = typeof activeAt === "string" ? activeAt : "";
  return { name: alertname, severity, since, summary, description, runbook, labels: rest };
}

const texts = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(value ?? {}).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
