import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { dsmilOk } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";
import { pythonClient } from "./harness/python-client.ts";
import { ensureVenv } from "./harness/python-venv.ts";

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-embeddings-"));
const MODEL = "l7-encoder";
const TEXTS = ["The firewall dropped the packets.", "Packets were dropped by the firewall.", "A cake with plums."];

let key: string;
beforeAll(async () => {
  await untilHealthy();
  await ensureVenv("openai");
  writeFileSync(join(folder, "ca.crt"), await onNodeOk("node-b", "cat", "/etc/dsmil/ca/ca.crt"));
  key = (await dsmilOk("tenant", "key", "alpha")).stdout.trim().split("\n").at(-1) ?? "";
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeConnections();
});

const python = (settings: Record<string, string>) =>
  pythonClient({
    ...{ BASE_URL: "https://172.20.0.20:8001/v1", HOW: "embeddings", OPENAI_API_KEY: key, MODEL },
    ...{ CA_FILE: join(folder, "ca.crt"), TEXTS: JSON.stringify(TEXTS), ...settings },
  });

it("the official Python client gets vectors, the same in Base64 and as numbers, near where texts mean the same", async () => {
  const { indices, widths, products, difference, tokens } = await python({});
  expect(indices).toEqual([0, 1, 2]);
  expect(widths).toEqual([384, 384, 384]);
  expect(difference).toBeLessThan(1e-6);
  expect(tokens).toBeGreaterThan(10);
  const [[self = 0, near = 0, far = 0] = []] = products as number[][];
  expect(self).toBeCloseTo(1, 3);
  expect(near).toBeGreaterThan(far + 0.2);
});

it("is refused for a model that nobody has, and without a good key", async () => {
  expect(await python({ MODEL: "no-such-model" })).toMatchObject({ status: 404, code: "model_not_found" });
  expect(await python({ OPENAI_API_KEY: `${key.slice(0, -1)}_` })).toMatchObject({ status: 401 });
});
