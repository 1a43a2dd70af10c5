import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { KeyProblem } from "../../../images/runtime/dbe/keys/key-error.ts";
import { openKey } from "../../../images/runtime/dbe/keys/open-key.ts";
import { makeCertificates } from "../support/certificates.ts";
import { type TransitRig, transitRig } from "./key-rigs.ts";

let rig: TransitRig;
let publicKey: string;
beforeAll(async () => {
  rig = await transitRig();
  publicKey = await rig.mint();
});
afterEach(() => {
  rig.server.instead = undefined;
});
afterAll(() => rig?.destroy());

const refused = (problem: KeyProblem, words: string, change: Partial<TransitRig["place"]> = {}) =>
  expect(openKey({ ...rig.place, ...change })).rejects.toMatchObject({
    problem,
    message: expect.stringContaining(words),
  });

describe("a key sealed by a transit server", () => {
  it("is asked for by the documented path, once a start", async () => {
    rig.server.asked.length = 0;
    expect((await openKey(rig.place)).publicKey).toBe(publicKey);
    expect(rig.server.asked).toEqual(["/v1/transit/decrypt/node-a"]);
  });

  it("says what is wrong with the token, the mount, the key", async () => {
    const { tokenFile } = rig.place;
    const token = readFileSync(tokenFile);
    chmodSync(tokenFile, 0o644);
    await refused("permissions", `${tokenFile} has mode 0644, open to others; run: chmod 0400`);
    chmodSync(tokenFile, 0o600);
    writeFileSync(tokenFile, "s.another");
    await refused("refused", `does not let the token of ${tokenFile} use transit/decrypt/node-a`);
    writeFileSync(tokenFile, "two words\n");
    await refused("malformed", "holds no token");
    writeFileSync(tokenFile, token);
    await refused("refused", "has no transit engine at elsewhere", { mount: "elsewhere" });
    await refused("refused", "has no key transit/node-x", { key: "node-x" });
    await refused("other-sealer", "cannot open the node's key with transit/node-b", { key: "node-b" });
  });

  it("trusts only the given authority, and never speaks in the clear", async () => {
    const { ca } = makeCertificates(mkdtempSync(`${dirname(rig.place.file)}/ca-`));
    await refused("away", "has a certificate of the given authority", { caFile: ca });
    await refused("malformed", "must begin with https://", { address: "http://localhost:1" });
    await refused("missing", "/nowhere/ca.crt", { caFile: "/nowhere/ca.crt" });
  });

  it.each([
    [{ status: 503, body: '{"errors":["Vault is sealed"]}' }, "away", "Vault is sealed"],
    [{ status: 429, body: "" }, "away", "status 429"],
    [{ status: 500, body: "<html>" }, "away", "status 500"],
    [{ status: 400, body: '{"errors":["invalid ciphertext"]}' }, "other-sealer", "invalid ciphertext"],
    [{ status: 200, body: "<html>" }, "malformed", "does not answer as a transit engine does"],
    [{ status: 200, body: '{"data":{"plaintext":"AAAA"}}' }, "malformed", "3 bytes where a seed has 32"],
    [{ status: 200, body: '{"data":{}}' }, "malformed", "0 bytes where a seed has 32"],
    [{ status: 200, body: "x".repeat(100_000) }, "away", "an answer above 65536 bytes"],
  ] as const)("takes %o for what it is", async (instead, problem, words) => {
    rig.server.instead = instead;
    await refused(problem, words);
  });

  it("says so when the server is away", async () => {
    const address = rig.server.address;
    await rig.server.stop();
    await refused("away", `the transit server ${address} cannot be asked`);
    await rig.server.start();
    expect((await openKey(rig.place)).publicKey).toBe(publicKey);
  });
});
