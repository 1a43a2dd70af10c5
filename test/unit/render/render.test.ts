import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Model, Tenant } from "../../../infra/model/types.ts";
import { renderPgHba } from "../../../infra/render/pg-hba.ts";
import { renderPolicyData } from "../../../infra/render/policy-data.ts";
import { renderRedisConf } from "../../../infra/render/redis-conf.ts";
import { renderTemplate } from "../../../infra/render/template.ts";
import { edit, GOOD, modelOf, tenantBlock } from "../model/fixture.ts";
import { renderAll } from "./rendered.ts";

const model = modelOf(GOOD);

describe("policy data", () => {
  const data = (id: string, of = model): unknown => JSON.parse(renderPolicyData(tenantOf(id, of)));

  it("is what the manifest says of the tenant", () => {
    expect(data("alpha")).toEqual({
      tenant: {
        id: "ALPHA",
        roe_level: "SOC_ASSIST",
        actions: ["ISOLATE_HOST", "BLOCK_DOMAIN"],
        compartments: ["SIGNALS", "SOC"],
        tools: ["decode"],
        notify: [
          { channel: "webhook", target: "https://soc.alpha.example/events" },
          { channel: "email", target: "soc@alpha.example" },
        ],
      },
    });
  });

  it("of one tenant does not change with another", () => {
    const other = modelOf(edit(GOOD, "actions: [ISOLATE_HOST, BLOCK_DOMAIN]", "actions: [BLOCK_IP]"));
    expect(data("alpha", other)).not.toEqual(data("alpha"));
    expect(data("bravo", other)).toEqual(data("bravo"));
  });
});

function tenantOf(id: string, of: Model): Tenant {
  const found = of.tenants.find((t) => t.id === id);
  if (found === undefined) throw new Error(`no tenant ${id}`);
  return found;
}

describe("rendered configuration", () => {
  it.each(Object.entries(renderAll()))(
    "%s is exactly what is expected (else: node test/unit/render/write-expected.ts)",
    (name, text) => {
      expect(text).toBe(readFileSync(new URL(`expected/${name}`, import.meta.url), "utf8"));
    },
  );

  it("does not change with tenants, so that no server restarts or reloads for one", () => {
    expect(renderAll(modelOf(GOOD + tenantBlock("charlie")))).toEqual(renderAll());
  });

  it("follows a container's memory", () => {
    const larger = modelOf(
      edit(
        GOOD,
        "scope: shared, node: node-c, memory: 1GiB, cpus: 1, port: 6379",
        "scope: shared, node: node-c, memory: 2GiB, cpus: 1, port: 6379",
      ),
    );
    expect(renderRedisConf(larger)).toContain("maxmemory 1536mb\n");
    expect(renderRedisConf(model)).toContain("maxmemory 768mb\n");
  });

  it("follows replicas and their addresses", () => {
    const three = renderAll(modelOf(edit(GOOD, "replicas: 2", "replicas: 3")))["haproxy.cfg"];
    expect(three).toContain("  server dsmil-l7-router-3 10.212.1.13:8001\n");
  });

  it("lets PostgreSQL be reached by TLS and SCRAM from the nodes and its own networks only", () => {
    const lines = renderPgHba(model)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines.every((line) => line.endsWith(" scram-sha-256"))).toBe(true);
    expect(lines.filter((line) => !line.startsWith("hostssl "))).toEqual([
      expect.stringMatching(/^local +all +dsmil_admin /),
    ]);
    expect(lines.some((line) => line.includes("0.0.0.0"))).toBe(false);
  });

  it("leaves no place of a template empty", () => {
    expect(() => renderTemplate("redis/redis.conf", { port: 6379, memoryMiB: 1024 })).toThrow(/maxMemoryMiB/);
    for (const text of Object.values(renderAll())) expect(text).not.toMatch(/undefined|NaN|\{\{/);
  });

  it("names the service it cannot find", () => {
    expect(() => renderRedisConf({ containers: [] })).toThrow("the manifest has no service redis");
  });
});
