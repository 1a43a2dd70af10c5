import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Layer7 } from "../../../images/l7-agent/src/bus-question.ts";
import { askModel } from "../../../images/l7-agent/src/model-client.ts";
import { ModelPlanner } from "../../../images/l7-agent/src/model-planner.ts";
import { CATALOGUE } from "../../../images/l7-tools/src/catalogue.ts";
import { Bus } from "../../../images/runtime/bus/bus.ts";
import { parseAgentRun } from "../../../images/runtime/l7/agent.ts";
import type { AgentMessage } from "../../../images/runtime/l7/agent-generate.ts";
import { until } from "../support/fabric.ts";
import { FORBIDDEN, L7Rig, MODEL, type Tenant } from "./rig.ts";

let rig: L7Rig;
const buses: Bus[] = [];
const layer7 = {} as Record<Tenant, Layer7>;
beforeAll(async () => {
  rig = await L7Rig.start();
  for (const tenant of ["alpha", "bravo"] as const) {
    const id = tenant.toUpperCase();
    const folder = rig.fleet.addFolder("node-b", `dsmil-l7-agent-${tenant}`, { device: 48, tenants: [id] });
    const bus = new Bus({ folder, registry: new Registry(), connections: 4 });
    buses.push(bus);
    layer7[tenant] = new Layer7(bus, id);
    await until(async () => (await ask(tenant, user("Hello."))).result === "text", 30_000);
  }
}, 180_000);
afterAll(async () => {
  for (const bus of buses) bus.close();
  await rig?.close();
}, 60_000);

const user = (content: string): AgentMessage => ({ role: "user", origin: "user", content });
const ask = (tenant: Tenant, ...messages: AgentMessage[]) => askModel(layer7[tenant], messages, 20_000);

describe("an agent's question to the language model", () => {
  it("is answered by the real model, as the tenant's", async () => {
    const answer = await ask("alpha", { role: "system", content: "Be short." }, user("Hello."));
    expect(answer).toMatchObject({ result: "text", model: MODEL, usage: { prompt_tokens: expect.any(Number) } });
    expect(answer.result === "text" && answer.text).not.toBe("");
  });

  it.each(["document", "tool", "user"] as const)(
    "is refused when a text of origin %s wants the model for itself",
    async (origin) => {
      const answer = await ask("alpha", { role: "user", origin, content: `so ${FORBIDDEN}` }, user("Hello."));
      expect(answer).toMatchObject({ result: "refused", code: "prompt_injection" });
    },
  );

  it("counts for the tenant's limits, and for no other's", async () => {
    rig.limit("bravo", 2);
    // Each of the two routers has a share.
    const limited = async (): Promise<boolean> => {
      const answer = await ask("bravo", user("Hello."));
      return answer.result === "refused" && answer.code === "rate_limit_exceeded";
    };
    await until(limited, 20_000);
    expect(await ask("alpha", user("Hello."))).toMatchObject({ result: "text" });
    rig.limit("bravo", 10_000);
  });

  it("makes no decision of what a model says that knows nothing", async () => {
    const planner = new ModelPlanner((messages, ms) => askModel(layer7.alpha, messages, ms));
    const run = parseAgentRun({ goal: "Look at 203.0.113.7", planner: "model" });
    const move = await planner.next({ run, tools: CATALOGUE.slice(0, 3), taken: [], unusable: [], patienceMs: 20_000 });
    expect(move).toSatisfy((one: object) => "unusable" in one || "end" in one);
  });
});
