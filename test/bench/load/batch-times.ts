import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import type { Fleet } from "../../../infra/cli/stores/fleet.ts";
import type { Container } from "../../../infra/model/types.ts";

/** Buckets of `dsmil_request_latency_seconds`: upper bound in seconds → observations up to it, of all its kinds. */
export type Buckets = ReadonlyMap<number, number>;

const ASK_MS = 15_000;

/** The histogram of one of the fleet's own services, asked for inside its container. */
export async function latencyBuckets({ root }: Fleet, { node, name, health }: Container): Promise<Buckets> {
  const connection = await connect(readAccess(root, node));
  const url = `http://127.0.0.1:${health.port}/metrics`;
  const argv = ["docker", "exec", name, "busybox", "wget", "-q", "-O", "-", url];
  return readBuckets((await connection.exec(argv, { timeoutMs: ASK_MS })).stdout);
}

/** Reads the histogram out of a service's metrics. */
export function readBuckets(metrics: string): Buckets {
  const buckets = new Map<number, number>();
  for (const [, labels = "", count] of metrics.matchAll(/^dsmil_request_latency_seconds_bucket\{([^}]*)\} (\S+)$/gm)) {
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    const at = bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
    buckets.set(at, (buckets.get(at) ?? 0) + Number(count));
  }
  return buckets;
}

/** The bound, in milliseconds, below which 99 % of what was observed between two looks stayed; undefined for nothing. */
export function p99Between(before: readonly Buckets[], after: readonly Buckets[]): number | undefined {
  const sum = (all: readonly Buckets[], bound: number): number =>
    all.reduce((total, buckets) => total + (buckets.get(bound) ?? 0), 0);
  const bounds = [...new Set(after.flatMap((buckets) => [...buckets.keys()]))].sort((a, b) => a - b);
  const grown = bounds.map((bound) => ({ bound, count: sum(after, bound) - sum(before, bound) }));
  const total = grown.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  return (grown.find(({ count }) => count >= total * 0.99)?.bound ?? Number.NaN) * 1000;
}
