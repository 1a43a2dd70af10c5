import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../infra/lab/free-port.ts";
import { type LocalServer, startQdrant } from "./servers.ts";

let server: LocalServer;
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await freePort();
  server = await startQdrant(metricsPort);
}, 120_000);
afterAll(() => server.stop());

function ask(method: string, path: string, key = server.secret): string {
  const where = [
    "--cacert",
    "ca.crt",
    "--connect-to",
    `::127.0.0.1:${server.port}`,
    `https://qdrant.dsmil.local${path}`,
  ];
  const body = method === "PUT" ? ["-d", '{"vectors":{"size":4,"distance":"Cosine"}}'] : [];
  const args = ["-s", "-X", method, "-H", `api-key: ${key}`, ...body, ...where];
  return execFileSync("curl", args, { cwd: server.dir, encoding: "utf8" });
}

describe("the figures of the lab's Qdrant", () => {
  it("count answers and collections, and name none of them", async () => {
    ask("PUT", "/collections/alpha_events");
    ask("GET", "/collections/alpha_events");
    ask("GET", "/collections", "wrong");
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(text).toMatch(/^collections_total 1$/m);
    expect(text).toMatch(/^rest_responses_total\{method="PUT",status="200"\} 1$/m);
    expect(text).toMatch(/^rest_responses_total\{method="GET",status="401"\} 1$/m);
    expect(text).not.toContain("alpha");
    expect(text.endsWith("\n")).toBe(true);
  });

  it("are all that the port has", async () => {
    for (const path of ["/", "/collections", "/metrics/../collections"]) {
      expect((await fetch(`http://127.0.0.1:${metricsPort}${path}`)).status).toBe(404);
    }
  });
});
