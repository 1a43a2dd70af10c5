import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { httpsRequest } from "../../infra/cli/stores/https-request.ts";
import { dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";

const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";
const DOCUMENT = {
  id: "lab-runbook",
  title: "SSH brute force",
  text: "When many failed SSH logins come from one address, block that address at the firewall.",
};

let ca: string;
const keys: Record<string, string> = {};
beforeAll(async () => {
  await untilHealthy();
  ca = await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt");
  for (const tenant of ["alpha", "bravo"]) keys[tenant] = last((await dsmilOk("tenant", "key", tenant)).stdout);
});
afterAll(() => closeConnections());

async function ask(method: "GET" | "POST" | "DELETE", path: string, body?: unknown, token = keys.alpha ?? "") {
  const endpoint = { host: "172.20.0.20", port: 8001, servername: "l7.dsmil.local", ca };
  const headers = { authorization: `Bearer ${token}` };
  const answer = await httpsRequest(endpoint, { method, path, headers, ...(body !== undefined && { body }) });
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
}

describe("documents of the lab's tenants", () => {
  it("are laid with the role for it, found by meaning, and no other tenant's", async () => {
    const reader = last((await dsmilOk("tenant", "token", "alpha", "--roles", "chat")).stdout);
    expect(await ask("POST", "/v1/rag/documents", DOCUMENT, reader)).toMatchObject({ status: 403 });
    expect(await ask("POST", "/v1/rag/documents", DOCUMENT)).toMatchObject({
      status: 200,
      body: { tenant_id: "ALPHA" },
    });
    const query = { query: "How do I react to password guessing?", min_score: 0.1 };
    const found = await ask("POST", "/v1/rag/query", query, reader);
    expect(found.body).toMatchObject({ result: "passages", passages: [{ document_id: DOCUMENT.id }] });
    const theirs = await ask("POST", "/v1/rag/query", { ...query, min_score: 0 }, keys.bravo);
    expect(JSON.stringify(theirs.body)).not.toContain(DOCUMENT.id);
    expect(await ask("DELETE", `/v1/rag/documents/${DOCUMENT.id}`, undefined, keys.bravo)).toMatchObject({
      status: 404,
    });
  });

  it("are answered from, with citations, and are gone when removed", async () => {
    const query = { query: "What to do about failed SSH logins?", answer: true };
    const { body } = await ask("POST", "/v1/rag/query", query);
    expect(body).toMatchObject({ result: "answer", citations: [{ n: 1, document_id: DOCUMENT.id }] });
    expect(await ask("DELETE", `/v1/rag/documents/${DOCUMENT.id}`)).toMatchObject({ status: 200 });
    expect((await ask("POST", "/v1/rag/query", query)).body).toMatchObject({ result: "insufficient_evidence" });
  });

  it("have an encoder whose file the node holds and the state does not", async () => {
    const path = "/opt/dsmil/models/l7-encoder/1.0.0/content/model.onnx";
    const [bytes] = (await onNodeOk("node-b", "stat", "-c", "%s %a", path)).trim().split(" ");
    expect(Number(bytes)).toBeGreaterThan(20_000_000);
    const vectors = await ask("POST", "/v1/embeddings", { model: "l7-encoder", input: "one text" });
    expect(vectors).toMatchObject({ status: 200, body: { data: [{ index: 0 }] } });
  });
});
