import { figure, listOf, objectOf, oneOf, type Schema, text, time, whole, yesNo } from "./schema.ts";
import type { TrailEntry } from "./trail.ts";

export interface LogLineAnswer {
  readonly time: string;
  readonly container: string;
  readonly tenant?: string;
  readonly level: string;
  readonly text: string;
}

export interface LogsAnswer {
  readonly lines: readonly LogLineAnswer[];
  readonly cut: readonly string[];
  readonly unread: readonly string[];
}

export const LOGS: Schema = objectOf<LogsAnswer>({
  lines: listOf(
    objectOf<LogLineAnswer>(
      {
        time: time("When it was written"),
        container: text("Container"),
        tenant: text("Tenant; absent where it serves all"),
        level: oneOf(["debug", "info", "warn", "error"], "Level"),
        text: text("The line, cut at 8,192 characters"),
      },
      "tenant",
    ),
    "The newest that match, oldest first",
  ),
  cut: listOf(text("Container"), "Containers of which not all lines since then were looked at, or fit into the answer"),
  unread: listOf(text("Container"), "Containers whose log is not in the engine's files"),
});

export const OBJECTIVES = ["availability", "errors", "latency"] as const;

/** How a promise is kept: over the last hour within its budget, spending it too fast, or not known for want of figures. */
export interface ObjectiveAnswer {
  readonly objective: (typeof OBJECTIVES)[number];
  readonly state: "met" | "burning" | "broken" | "unknown";
  readonly ratio?: number;
  readonly budget?: number;
}

export interface SloAnswer {
  readonly layers: readonly {
    readonly layer: string;
    readonly tenant?: string;
    readonly p99Seconds?: number;
    readonly objectives: readonly ObjectiveAnswer[];
  }[];
}

export const SLO: Schema = objectOf<SloAnswer>({
  layers: listOf(
    objectOf<SloAnswer["layers"][number]>(
      {
        layer: text("Layer"),
        tenant: text("Tenant; absent for the layer as a whole"),
        p99Seconds: figure("p99 of latency over 5 minutes"),
        objectives: listOf(
          objectOf<ObjectiveAnswer>(
            {
              objective: oneOf(OBJECTIVES, "What is promised"),
              state: oneOf(
                ["met", "burning", "broken", "unknown"],
                "burning: over an hour more than its share is spent; broken: 14.4 times as much",
              ),
              ratio: figure("Share that failed over an hour"),
              budget: figure("Share that may fail"),
            },
            "ratio",
            "budget",
          ),
        ),
      },
      "tenant",
      "p99Seconds",
    ),
  ),
});

export interface AuditAnswer {
  readonly node: string;
  readonly last: number;
  readonly whole: boolean;
  readonly entries: readonly Omit<TrailEntry, "prev">[];
}

export const AUDIT: Schema = objectOf<AuditAnswer>({
  node: text("Node whose trail it is"),
  last: whole("Number of the newest entry"),
  whole: yesNo("Whether the chain of hashes of the files at hand holds"),
  entries: listOf(
    objectOf<AuditAnswer["entries"][number]>(
      {
        seq: whole("From 1, without a gap", { minimum: 1 }),
        ts: time("When"),
        operator: text("Who; absent where that is not known"),
        role: text("As what"),
        client: text("Address"),
        what: text("Method, or what else happened"),
        path: text("Path without a query, decoded; its first 256 characters"),
        route: text("Pattern of the path, with a parameter as :name; absent where there is nothing of that path"),
        status: whole("HTTP status", { minimum: 100, maximum: 599 }),
        code: text("Why it was refused"),
        times: whole("Calls like it, or of its kind, that were only counted", { minimum: 1 }),
        hash: text("SHA-256 over the entry before and this one, hex"),
      },
      ...(["operator", "role", "client", "path", "route", "status", "code", "times"] as const),
    ),
    "The newest, oldest first",
  ),
});

/** What a container says of itself. */
export interface HealthAnswer {
  readonly container: string;
  readonly status: number;
  readonly report: object;
}

export const HEALTH: Schema = objectOf<HealthAnswer>({
  container: text("Container"),
  status: whole("HTTP status of its answer: 200, or 503 where it is unhealthy", { minimum: 100, maximum: 599 }),
  report: { type: "object", additionalProperties: true, description: "The report of its /health" },
});
