import type { Model } from "../../model/types.ts";
import { UserError } from "../errors.ts";
import { type Fleet, withFleet } from "../stores/fleet.ts";
import { httpsRequest } from "../stores/https-request.ts";
import type { AskGate } from "./ask-loki.ts";
import { collectFromLoki } from "./collect-loki.ts";
import type { LogFilter, LogLine, LogSource } from "./types.ts";

const TIMEOUT_MS = 35_000;
const MOST_BODY = 32 * 1024 * 1024;

/** Why Loki does not have what is asked for; absent where it should. */
export function whyNotLoki({ logs, tenants }: Model, sources: readonly LogSource[], since: Date): string | undefined {
  if (!logs.loki) return "the manifest has no Loki";
  const hours = sources.map(
    ({ tenant }) => tenants.find(({ id }) => id === tenant)?.retentionLogsHours ?? logs.retentionHours,
  );
  const kept = Math.min(...hours);
  return since.getTime() < Date.now() - kept * 3_600_000 ? `it keeps lines for ${kept} hours` : undefined;
}

/**
 * The latest lines of these containers from the fleet's Loki, as its operator.
 * @throws Error when it does not answer
 */
export function fromLoki(
  sources: readonly LogSource[],
  filter: LogFilter,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  return withFleet(async (fleet) => collectFromLoki(sources, filter, await gateOf(fleet), signal));
}

/**
 * The gate before the fleet's Loki, asked as the operator.
 * @throws UserError where there is none yet, NodeError when its node cannot be reached
 */
export async function gateOf({ data, endpoints }: Pick<Fleet, "data" | "endpoints">): Promise<AskGate> {
  const token = data.logs?.operator;
  if (token === undefined) throw new UserError("Loki is not deployed yet", "run `bin/dsmil up`");
  const endpoint = await endpoints.get("loki");
  return (path, tenant) => {
    const headers = { authorization: `Bearer ${token}`, ...(tenant !== undefined && { "x-dsmil-tenant": tenant }) };
    return httpsRequest(endpoint, { method: "GET", path, headers, timeoutMs: TIMEOUT_MS, mostBody: MOST_BODY });
  };
}
