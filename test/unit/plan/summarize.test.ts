import { describe, expect, it } from "vitest";
import { formatPlan } from "../../../infra/plan/format.ts";
import type { PreviewStep } from "../../../infra/plan/preview.ts";
import { summarize } from "../../../infra/plan/summarize.ts";

const STACK = "urn:pulumi:node-a::dsmil::pulumi:pulumi:Stack::dsmil-node-a";
const TENANT = "urn:pulumi:node-a::dsmil::dsmil:component:TenantServices::charlie";
const CONTAINER = "docker:index/container:Container";

function step(
  op: string,
  type: string,
  name: string,
  parent: string,
  inputs: Record<string, unknown> = {},
): PreviewStep {
  const urn = `urn:pulumi:node-a::dsmil::${type}::${name}`;
  const state = { type, urn, parent, inputs };
  return op === "delete" ? { op, urn, oldState: state } : { op, urn, newState: state };
}

const service = (op: string, name: string, tenant?: string) =>
  step(op, CONTAINER, name, tenant ? TENANT : STACK, {
    labels: [
      { label: "dsmil.device", value: "18" },
      { label: "dsmil.layer", value: "L3" },
    ],
  });

const component: PreviewStep = step("create", "dsmil:component:TenantServices", "charlie", STACK);
const plain = { heading: String, action: (_: unknown, t: string) => t, name: String, warn: String };

describe("the plan summary", () => {
  it("attributes what hangs below a tenant's component to the tenant and names the device", () => {
    const plan = summarize(
      new Map([["node-a", { steps: [component, service("create", "dsmil-l3-router-charlie", "charlie")] }]]),
    );
    expect(plan.groups).toHaveLength(1);
    expect(plan.groups[0]).toMatchObject({
      tenant: "charlie",
      changes: [{ action: "create", device: 18, layer: "L3" }],
    });
    expect(plan.totals).toEqual({ create: 1, update: 0, replace: 0, delete: 0 });
  });

  it("counts both halves of a replacement once and expects downtime", () => {
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) => service(op, "dsmil-redis"));
    const plan = summarize(new Map([["node-c", { steps }]]));
    expect(plan.totals.replace).toBe(1);
    expect(plan.groups[0]?.changes[0]?.downtimeSeconds[1]).toBeGreaterThan(0);
  });

  it("expects no downtime of a replica behind the balancer", () => {
    const plan = summarize(new Map([["node-b", { steps: [service("replace", "dsmil-l7-router-1")] }]]));
    expect(formatPlan(plan, plain)).toContain("Expected downtime: none.");
  });

  it("names the data that a deletion would take", () => {
    const plan = summarize(
      new Map([["node-c", { steps: [step("delete", "dsmil:index:PostgresTenantSchema", "charlie", STACK)] }]]),
    );
    expect(plan.dataAtRisk).toEqual(["node-c: charlie: schema with archived events and audit log"]);
    expect(formatPlan(plan, plain)).toContain("Data at risk: node-c: charlie");
  });

  it("says so when nothing changes", () => {
    const plan = summarize(new Map([["node-a", { steps: [service("same", "dsmil-l3-router-alpha", "alpha")] }]]));
    expect(plan.groups).toEqual([]);
    expect(plan.untouchedContainers).toBe(1);
    expect(formatPlan(plan, plain)).toBe("No changes on node-a.\n");
  });

  it.each([
    ["read and left as it is", ["refresh", "same"], 1],
    ["read only", ["refresh"], 1],
    ["read and replaced", ["refresh", "create-replacement", "replace", "delete-replaced"], 0],
  ])("counts a container once that is %s", (_, ops, untouched) => {
    const plan = summarize(new Map([["node-c", { steps: ops.map((op) => service(op, "dsmil-redis")) }]]));
    expect(plan.untouchedContainers).toBe(untouched);
  });

  it("attributes a tenant's policy to the tenant, signed or laid", () => {
    const files = { path: "/etc/dsmil/policies/tenants/charlie" };
    const steps = [
      step("create", "dsmil:index:PolicyBundle", "charlie", STACK, { tenant: "charlie" }),
      step("create", "dsmil:index:NodeFiles", "charlie-policy", STACK, files),
    ];
    const { groups } = summarize(new Map([["node-a", { steps }]]));
    expect(groups.map(({ tenant, changes }) => [tenant, changes.length])).toEqual([["charlie", 2]]);
  });

  it.each([
    ["dsmil:index:NodeFiles", "charlie-l7-worker", { path: "/etc/dsmil/l7-worker/tenants/charlie" }],
    ["docker:index/volume:Volume", "dsmil-ingest-charlie", {}],
  ])("attributes what hangs below a shared component to the tenant: %s %s", (type, name, inputs) => {
    const { groups } = summarize(new Map([["node-b", { steps: [step("create", type, name, STACK, inputs)] }]]));
    expect(groups.map(({ tenant }) => tenant)).toEqual(["charlie"]);
  });

  it("never carries a value, only the path that differs", () => {
    const secret = step("update", "dsmil:index:NodeFiles", "x", STACK, {
      path: "/etc/dsmil/tenants/alpha",
      files: { p: "hunter2" },
    });
    const plan = summarize(
      new Map([["node-a", { steps: [{ ...secret, detailedDiff: { 'files["p"].content': { kind: "update" } } }] }]]),
    );
    expect(JSON.stringify(plan)).not.toContain("hunter2");
    expect(plan.groups[0]).toMatchObject({ tenant: "alpha", changes: [{ properties: ['files["p"].content'] }] });
  });
});
