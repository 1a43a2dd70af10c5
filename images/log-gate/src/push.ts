import { gunzipSync } from "node:zlib";
import { Refusal } from "../../runtime/api/refusal.ts";
import { jsonObject } from "../../runtime/json-object.ts";

/** A push of one tenant, as it goes to Loki. */
export interface CheckedPush {
  readonly tenant: string;
  /** JSON. */
  readonly body: string;
}

const MOST_TEXT = 16 * 1024 * 1024;
const MOST_STREAMS = 10_000;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
/** The labels that lines are known by; more would make more streams than Loki can keep apart. */
const LABELS: ReadonlySet<string> = new Set(["node", "tenant", "service", "container", "layer", "device", "level"]);

/**
 * What a node's shipper sent, if all of it is that node's and of one tenant: which, says the gate from the streams' labels.
 * @throws Refusal
 */
export function checkPush(raw: Buffer, encoding: string | undefined, node: string): CheckedPush {
  const text = unpack(raw, encoding);
  const { streams } = jsonObject(text) ?? {};
  if (!Array.isArray(streams) || streams.length === 0 || streams.length > MOST_STREAMS) {
    throw new Refusal(400, "invalid_push", `Expected 1 to ${MOST_STREAMS} streams.`);
  }
  const tenants = new Set(streams.map((stream: unknown) => tenantOf(stream, node)));
  const [tenant = ""] = tenants;
  if (tenants.size !== 1) throw new Refusal(400, "invalid_push", "Expected streams of one tenant.");
  return { tenant, body: text };
}

function unpack(raw: Buffer, encoding: string | undefined): string {
  if (encoding === undefined || encoding === "identity") return raw.toString("utf8");
  if (encoding !== "gzip") throw new Refusal(415, "unsupported_encoding", "Expected gzip or no encoding.");
  try {
    return gunzipSync(raw, { maxOutputLength: MOST_TEXT }).toString("utf8");
  } catch (error) {
    const isLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw isLong
      ? new Refusal(413, "too_large", `Expected at most ${MOST_TEXT} bytes, unpacked.`)
      : new Refusal(400, "invalid_push", "The body is no gzip.");
  }
}

function tenantOf(given: unknown, node: string): string {
  const labels = ((given ?? {}) as { stream?: unknown }).stream;
  if (typeof labels !== "object" || labels === null) throw new Refusal(400, "invalid_push", "A stream has no labels.");
  for (const [key, value] of Object.entries(labels)) {
    if (LABELS.has(key) && typeof value === "string" && value.length <= 63) continue;
    throw new Refusal(400, "invalid_push", "A stream has labels that lines of the fleet do not have.");
  }
  const { node: named, tenant } = labels as Readonly<Record<string, string>>;
  if (named !== node) throw new Refusal(403, "node_mismatch", "A stream names another node than the certificate.");
  if (tenant === undefined || !TENANT.test(tenant)) throw new Refusal(400, "invalid_push", "A stream names no tenant.");
  return tenant;
}
