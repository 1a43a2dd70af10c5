import type { Entity, Trace } from "../../runtime/models/features/entity-features.ts";
import { SEVERITIES, type Severity } from "../../runtime/severity.ts";
import { MAX_TRACES } from "./entity-book.ts";

const CLASS = /^[A-Z][A-Z0-9_]{0,31}$/;

/**
 * The entity of `POST /v1/assess`: `{"events":[{"minutes_ago","class","severity","score","target","entered"}],"inside",
 * "unusual"}`.
 * @throws Error naming what is wrong
 */
export function readAssessRequest(body: unknown, now: number): Entity {
  if (typeof body !== "object" || body === null) throw new Error("a JSON object is needed");
  const { events, inside = false, unusual = 0 } = body as Record<string, unknown>;
  if (!Array.isArray(events) || events.length === 0 || events.length > MAX_TRACES) {
    throw new Error(`events must be a list of 1 to ${MAX_TRACES}`);
  }
  if (typeof inside !== "boolean") throw new Error("inside must be true or false");
  const traces = events.map((event, at) => readTrace(event, at, now)).sort((a, b) => a.at - b.at);
  return { traces, inside, unusual: between("unusual", unusual, 1) };
}

function readTrace(value: unknown, index: number, now: number): Trace {
  const event = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const { minutes_ago, severity = "INFO", score = 0, target = "", entered = false } = event;
  const at = `events[${index}]`;
  if (typeof event.class !== "string" || !CLASS.test(event.class)) throw new Error(`${at}.class is no name of a class`);
  if (!SEVERITIES.includes(severity as Severity)) throw new Error(`${at}.severity is none of ${SEVERITIES.join(", ")}`);
  if (typeof target !== "string" || target.length > 80) throw new Error(`${at}.target is no text of at most 80`);
  if (typeof entered !== "boolean") throw new Error(`${at}.entered must be true or false`);
  return {
    at: now - between(`${at}.minutes_ago`, minutes_ago, 60) * 60_000,
    class: event.class,
    severity: severity as Severity,
    score: between(`${at}.score`, score, 1),
    target,
    entered,
  };
}

function between(name: string, value: unknown, most: number): number {
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new Error(`${name} must be a number from 0 to ${most}`);
}
