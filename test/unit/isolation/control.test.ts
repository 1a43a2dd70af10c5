import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { addRoutes, type Sources } from "../../../images/control-api/src/routes.ts";
import type { Pair } from "../../../infra/isolation/plan/pair.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { loadManifestText } from "../../component/manifest.ts";

const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const SOURCES: Pair["sources"] = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] };
const ADMIN = "  - { name: admin, role: admin, tenants: all }\n";
const planned = (operators: string) =>
  planIsolation(loadManifestText(MANIFEST.replace(ADMIN, operators)), {
    ...{ layers: ["control"], nonce: "0badcafe", sourcesOf: () => SOURCES },
  }).attempts;

describe("attempts at the control API", () => {
  it("are made on each node with all that a tenant has, beside an administrator", () => {
    const attempts = planned(ADMIN);
    expect(attempts).toHaveLength(2 * 3 * 3);
    for (const { attack, control, refusals, leaks } of attempts) {
      expect(control).toEqual({ ...attack, as: { operator: "admin" } });
      expect([refusals, leaks]).toEqual([["401"], ["200", "404"]]);
    }
  });

  it("are made by operators of one tenant alone, for the tenant and its logs, as far as the role goes", () => {
    const attempts = planned(
      `${ADMIN}  - { name: bea, role: analyst, tenants: [bravo] }\n  - { name: vic, role: viewer, tenants: [bravo] }\n`,
    ).filter(({ refusals }) => refusals.includes("403"));
    expect(attempts.map(({ id }) => id).sort()).toEqual(
      ["node-a", "node-b", "node-c"].flatMap((node) => [
        `control/bravo→alpha/${node} /v1/logs with the certificate of bea`,
        // Prometheus' node.
        ...(node === "node-a" ? [`control/bravo→alpha/${node} /v1/soc with the certificate of bea`] : []),
        `control/bravo→alpha/${node} /v1/tenants/alpha with the certificate of bea`,
        `control/bravo→alpha/${node} /v1/tenants/alpha with the certificate of vic`,
      ]),
    );
  });

  it("ask for what the API has, in words that it takes: a 400 would prove nothing", async () => {
    // Its own routes and schemas, without anything to answer from: only what they do not take is answered 400.
    const api = fastify({ ajv: { customOptions: { removeAdditional: false } } });
    addRoutes(api, {} as Sources);
    api.setNotFoundHandler((_request, reply) => reply.code(400).send());
    const both = `${ADMIN}  - { name: bea, role: analyst, tenants: [bravo] }\n`;
    const paths = new Set(planned(both).map(({ attack }) => (attack as { readonly path: string }).path));
    expect([...paths].filter((path) => path.startsWith("/v1/logs"))).not.toEqual([]);
    for (const url of [...paths]) expect([url, (await api.inject({ url })).statusCode]).not.toEqual([url, 400]);
    for (const url of ["/v1/logs?tenant=alpha&since=1m", "/v1/nosuch"]) {
      expect([url, (await api.inject({ url })).statusCode]).toEqual([url, 400]);
    }
  });

  it("are none without somebody who may ask, as a refusal would say nothing", () => {
    expect(planned("  - { name: bea, role: analyst, tenants: [bravo] }\n")).toEqual([]);
  });
});
