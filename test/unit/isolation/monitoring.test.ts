import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Credentials } from "../../../infra/isolation/drivers/credentials.ts";
import type { Doors } from "../../../infra/isolation/drivers/doors.ts";
import { HttpsDriver } from "../../../infra/isolation/drivers/https-driver.ts";
import type { Pair } from "../../../infra/isolation/plan/pair.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { loadManifestText } from "../../component/manifest.ts";

const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const SOURCES: Pair["sources"] = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] };
const planned = (text: string) =>
  planIsolation(loadManifestText(text), { layers: ["monitoring"], nonce: "0badcafe", sourcesOf: () => SOURCES })
    .attempts;

describe("attempts at what watches all tenants", () => {
  it("are made at each of its doors with all that a tenant has, both ways, beside who may", () => {
    const attempts = planned(MANIFEST);
    const servers = ["prometheus", "alertmanager", "agent:node-a", "agent:node-b", "agent:node-c"];
    const credentials = ["no certificate", "alpha's API key", "the certificate of alpha's ingest"];
    const alpha = attempts.filter(({ attacker }) => attacker === "alpha");
    expect(alpha.map(({ id }) => id).sort()).toEqual(
      servers.flatMap((server) => credentials.map((one) => `monitoring/alpha→bravo/${server} with ${one}`)).sort(),
    );
    expect(attempts).toHaveLength(2 * alpha.length);
    for (const { control, attack } of attempts)
      expect(control).toMatchObject({ kind: "monitor", path: pathOf(attack) });
  });

  it("are none where nothing watches", () => {
    const without = MANIFEST.replace(/^ {2}- \{ id: (prometheus|alertmanager|node-agent),.*\n/gm, "");
    expect(planned(without)).toEqual([]);
  });
});

const pathOf = (probe: object): unknown => (probe as { readonly path?: unknown }).path;

describe("a connection to what watches", () => {
  const PROBE = { kind: "monitor", server: "prometheus", as: "none", path: "/api/v1/query?query=up" } as const;
  const driver = (https: Doors["https"]) =>
    new HttpsDriver({ https } as Doors, { monitor: () => ({ headers: {} }) } as unknown as Credentials);

  it.each(["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ECONNRESET"])("that ends with %s is refused", async (code) => {
    const refused = driver(() => Promise.reject(Object.assign(new Error("ended"), { code })));
    expect(await refused.monitor(PROBE)).toMatchObject({ class: "tls_refused" });
  });

  it("that is answered is not, whatever the answer; and one that cannot be made proves nothing", async () => {
    expect(await driver(async () => ({ status: 401, body: "" })).monitor(PROBE)).toMatchObject({ class: "401" });
    const away = driver(() => Promise.reject(Object.assign(new Error("away"), { code: "ECONNREFUSED" })));
    await expect(away.monitor(PROBE)).rejects.toThrow("away");
  });
});
