import { jsonObject } from "../../../images/runtime/json-object.ts";

/** How the gate before Loki answers. */
export interface GateAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks the gate a question, about one tenant (`shared` for what is of none) or about all. */
export type AskGate = (path: string, tenant: string | undefined) => Promise<GateAnswer>;

/** Which lines of Loki are asked for. */
export interface LokiQuery {
  /** LogQL. */
  readonly query: string;
  /** Nanoseconds since 1970; the end is not among them. */
  readonly start: bigint;
  readonly end: bigint;
  /** The latest so many. */
  readonly limit: number;
}

/** A line as Loki keeps it. */
export interface LokiEntry {
  readonly labels: Readonly<Record<string, string>>;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly text: string;
}

/**
 * The latest lines that fit, newest first.
 * @throws Error when there is no answer, or one that cannot be understood
 */
export async function askLoki(ask: AskGate, tenant: string | undefined, query: LokiQuery): Promise<LokiEntry[]> {
  const parameters = new URLSearchParams({
    query: query.query,
    start: String(query.start),
    end: String(query.end),
    limit: String(query.limit),
    direction: "backward",
  });
  const { status, body } = await ask(`/loki/api/v1/query_range?${parameters}`, tenant);
  if (status !== 200) throw new Error(`the log gate answered ${status}${code(body)}`);
  const entries = read(body);
  if (entries === undefined) throw new Error("Loki's answer cannot be understood, or is longer than is read");
  return entries.sort((a, b) => (a.time > b.time ? -1 : a.time < b.time ? 1 : 0));
}

function read(body: string): LokiEntry[] | undefined {
  const { data } = (jsonObject(body) ?? {}) as { readonly data?: { readonly result?: unknown } };
  if (!Array.isArray(data?.result)) return undefined;
  return data.result.flatMap((given: unknown) => {
    const { stream, values } = given as { stream: Record<string, string>; values: readonly [string, string][] };
    return values.map(([time, text]) => ({ labels: stream, time: BigInt(time), text }));
  });
}

function code(body: string): string {
  const { error } = (jsonObject(body) ?? {}) as { readonly error?: { readonly code?: unknown } };
  return typeof error?.code === "string" && /^\w{1,64}$/.test(error.code) ? ` (${error.code})` : "";
}
