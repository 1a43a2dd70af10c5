import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { ctl, untilLinked } from "./harness/bus.ts";
import { keepCertificate, keptCertificates } from "./harness/certificates.ts";
import { crash } from "./harness/crash.ts";
import { dsmilOk, editManifest, resetManifest } from "./harness/dsmil.ts";
import { onNodeOk, untilHealthy } from "./harness/fleet.ts";
import { SOCKET, startTpm, stopTpm } from "./harness/software-tpm.ts";

const NODE = "node-b";
const GATEWAY = `dsmil-dbe-gateway-${NODE}`;
const KEYS = "/etc/dsmil/node_keys";

let changed = false;

beforeAll(async () => {
  await untilLinked();
  await startTpm(NODE);
});
afterAll(async () => {
  resetManifest();
  if (changed) await dsmilOk("up");
  await untilHealthy();
  await untilLinked();
  await stopTpm(NODE);
  await closeConnections();
});

const files = async (): Promise<string[]> => (await onNodeOk(NODE, "ls", KEYS)).trim().split("\n").sort();
const publicKey = async (): Promise<unknown> =>
  JSON.parse(await onNodeOk(NODE, "cat", `${KEYS}/${NODE}-mldsa87.pub`)).publicKey;

/** What the gateway said of its key at its last start. */
async function described(): Promise<unknown> {
  const log = await onNodeOk(NODE, "sh", "-c", `docker logs ${GATEWAY} 2>&1 | grep '"msg":"started"' | tail -n 1`);
  return (JSON.parse(log) as { key: unknown }).key;
}

async function pingsBothWays(): Promise<void> {
  await untilLinked();
  for (const [from, to] of [
    ["node-a", NODE],
    [NODE, "node-a"],
    [NODE, "node-c"],
  ] as const) {
    expect(await ctl(from, ["ping", to, "5"])).toMatchObject({ count: 5 });
  }
}

describe("node-b with a TPM", () => {
  let before: unknown;

  it("gets a new key, sealed by it; the bare seed is gone", async () => {
    before = await publicKey();
    await keepCertificate(NODE);
    expect(await files()).toEqual([`${NODE}-mldsa87.key`, `${NODE}-mldsa87.pub`]);
    editManifest((text) =>
      text.replace(/^( {2}- \{ id: node-b,.*?) \}$/m, `$1, key: { kind: tpm2, device: ${SOCKET} } }`),
    );
    changed = true;
    await dsmilOk("up");
    expect(await files()).toEqual(["priv.tpm", "pub", "pub.tpm"].map((end) => `${NODE}-mldsa87.${end}`));
    expect(await publicKey()).not.toBe(before);
    expect(await described()).toMatchObject({ kind: "tpm2" });
  });

  it("speaks to the others, and they to it", pingsBothWays);

  it("opens its key again after a crash", async () => {
    await crash(NODE, GATEWAY);
    await pingsBothWays();
    expect(await described()).toMatchObject({ kind: "tpm2" });
  });

  it("has an audit trail that still holds, under both keys", async () => {
    const { stdout } = await dsmilOk("audit", "verify", ...keptCertificates());
    expect(stdout).toContain("wrote them");
  });
});

describe("node-b without it again", () => {
  it("gets a new bare key, and nothing sealed stays", async () => {
    const sealed = await publicKey();
    await keepCertificate(NODE);
    resetManifest();
    await dsmilOk("up");
    changed = false;
    expect(await files()).toEqual([`${NODE}-mldsa87.key`, `${NODE}-mldsa87.pub`]);
    expect(await publicKey()).not.toBe(sealed);
    expect(await described()).toMatchObject({ kind: "file" });
  });

  it("speaks to the others, and they to it", pingsBothWays);
});
