import type { Attempt, MonitorIdentity, MonitorServer, Plan } from "../types.ts";
import type { Pair } from "./pair.ts";
import { strangers } from "./strangers.ts";

/** What watches all tenants opens to the operators' certificates alone, and an agent to Prometheus'. */
const TLS_REFUSED = "tls_refused";

/** A server that tells of all tenants, what is asked of it, and who may. */
interface Watcher {
  readonly server: MonitorServer;
  readonly path: string;
  readonly friend: MonitorIdentity;
}

/** What a tenant learns of another's figures, alerts and containers from what watches the fleet: nothing. */
export function planMonitoring({ model, victim, attacker }: Pair): Plan {
  const attempts = watchers(model, victim).flatMap(({ server, path, friend }) =>
    strangers(model, attacker).map(
      ({ as, credential }): Attempt => ({
        id: `monitoring/${attacker.id}→${victim.id}/${server} with ${credential}`,
        layer: "monitoring",
        victim: victim.id,
        attacker: attacker.id,
        credential,
        what: `${victim.prefix} at ${server} with ${credential}`,
        attack: { kind: "monitor", server, as, path },
        refusals: [TLS_REFUSED],
        // Whoever gets an answer, whatever it says, is past the only door that there is.
        leaks: ["200", "400", "401", "403", "404"],
        control: { kind: "monitor", server, as: friend, path },
        works: ["200"],
        remedy: `${server} answers others than ${friend === "operator" ? "operators" : "Prometheus"}: \`bin/dsmil up\` lays its configuration and certificates again`,
      }),
    ),
  );
  return { attempts, setup: [], teardown: [] };
}

function watchers({ services, nodes }: Pair["model"], { prefix, id }: Pair["victim"]): Watcher[] {
  const has = (service: string): boolean => services.some((one) => one.id === service);
  const query = encodeURIComponent(`dsmil_requests_total{tenant_id="${prefix}"}`);
  const filter = encodeURIComponent(`tenant="${id}"`);
  const agents = nodes.filter(({ id: node }) => services.some((s) => s.id === "node-agent" && s.node === node));
  return [
    ...(has("prometheus")
      ? ([{ server: "prometheus", path: `/api/v1/query?query=${query}`, friend: "operator" }] as const)
      : []),
    ...(has("alertmanager")
      ? ([{ server: "alertmanager", path: `/api/v2/alerts?filter=${filter}`, friend: "operator" }] as const)
      : []),
    ...(has("prometheus")
      ? agents.map(
          ({ id: node }): Watcher => ({ server: `agent:${node}`, path: "/containers/metrics", friend: "scraper" }),
        )
      : []),
  ];
}
