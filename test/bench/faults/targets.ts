import type { Container, Model } from "../../../infra/model/types.ts";

/** What shows that the fleet works again where a thing was killed. */
export type Sign = "event" | "models" | "chat" | "enrich" | "coa" | "none";

/** One container that is killed. */
export interface Target {
  readonly service: string;
  readonly container: Container;
  readonly sign: Sign;
}

/** Signs of services; one that is not listed here is well when it says so itself. */
const SIGNS: Readonly<Record<string, Sign>> = {
  ...{ redis: "event", postgres: "event", "l3-router": "event", "l4-classifier": "event", "l8-analytics": "event" },
  ...{ haproxy: "models", "l7-router": "models", "l7-worker": "chat", "l8-advml": "chat" },
  ...{ "dbe-gateway": "enrich", "dbe-quic": "enrich", "l9-coa": "coa" },
};

/**
 * One container of every service that the fleet has: the first tenant's, the first replica, and of those that run on
 * every node the one beside the SOC's. Stores come last.
 */
export function targets({ services, containers, nodes }: Model, only?: readonly string[]): Target[] {
  const soc = nodes.find(({ role }) => role === "soc")?.id;
  const ids = [...new Set(services.toSorted((a, b) => rank(a.kind) - rank(b.kind)).map(({ id }) => id))];
  return ids.flatMap((service): Target[] => {
    if (only && !only.includes(service)) return [];
    const own = containers.filter((one) => one.service === service);
    const container = own.find(({ node, tenant }) => node === soc && tenant === undefined) ?? own[0];
    return container ? [{ service, container, sign: SIGNS[service] ?? "none" }] : [];
  });
}

const rank = (kind: string): number => (kind === "store" ? 1 : 0);
