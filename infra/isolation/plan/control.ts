import type { Attempt, Plan } from "../types.ts";
import type { Pair } from "./pair.ts";
import { strangers } from "./strangers.ts";

/** What a tenant learns of another at the nodes' control API: by what it has itself, and as an operator for itself alone. */
export function planControl({ model, victim, attacker }: Pair): Plan {
  const friend = model.operators.find(
    ({ tenants, revoked, role }) => tenants === "all" && !revoked && role === "admin",
  );
  const watched = model.services.find(({ id }) => id === "prometheus")?.node;
  const nodes = model.services.filter(({ id }) => id === "control-api").map(({ node }) => node);
  // Without somebody who may ask, a refusal would say nothing.
  if (friend === undefined) return { attempts: [], setup: [], teardown: [] };
  const soc = `/v1/soc?tenant=${victim.id}`;
  const pages = [`/v1/tenants/${victim.id}`, `/v1/logs?tenant=${victim.id}&limit=1`];
  const attempts = nodes.flatMap((node) =>
    [
      ...strangers(model, attacker).map(({ as, credential }) => ({
        as,
        credential,
        path: pages[0] ?? "",
        refusal: "401",
      })),
      ...operatorsFor(model, attacker.id, victim.id).flatMap(({ name, role }) =>
        [...pages, ...(node === watched ? [soc] : [])].slice(0, role === "viewer" ? 1 : 3).map((path) => ({
          ...{ as: { operator: name }, credential: `the certificate of ${name}`, path, refusal: "403" },
        })),
      ),
    ].map(({ as, credential, path, refusal }): Attempt => {
      const route = path.split("?")[0] ?? "";
      return {
        id: `control/${attacker.id}→${victim.id}/${node} ${route} with ${credential}`,
        layer: "control",
        victim: victim.id,
        attacker: attacker.id,
        credential,
        what: `${route} of the control API on ${node} with ${credential}`,
        attack: { kind: "monitor", server: `control:${node}`, as, path },
        refusals: [refusal],
        leaks: ["200", "404"],
        control: { kind: "monitor", server: `control:${node}`, as: { operator: friend.name }, path },
        works: ["200"],
        remedy: `the control API of ${node} answers who may not see ${victim.id}: \`bin/dsmil up\` lays its operators again`,
      };
    }),
  );
  return { attempts, setup: [], teardown: [] };
}

/** Operators who may see the attacker and not the victim. */
function operatorsFor({ operators }: Pair["model"], attacker: string, victim: string) {
  return operators.filter(
    ({ tenants, revoked }) => !revoked && tenants !== "all" && tenants.includes(attacker) && !tenants.includes(victim),
  );
}
