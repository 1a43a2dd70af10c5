import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Attestations, signOf } from "../../../images/l8-enclave/src/attestations.ts";
import {
  modesCheck,
  proofsCheck,
  sealsCheck,
  signerProblems,
  signersCheck,
} from "../../../images/l8-enclave/src/findings.ts";
import { modeProblems } from "../../../images/l8-enclave/src/folders.ts";
import { keptKey, readKeeping } from "../../../images/l8-enclave/src/keeping.ts";
import { SealBook } from "../../../images/l8-enclave/src/seal-book.ts";
import type { TrailRow } from "../../../images/runtime/fleet/trail.ts";
import type { Certificate } from "../../../images/runtime/pqc/certificate.ts";

const NOW = Date.parse("2026-11-30T08:00:00Z");
const HOUR = 3_600_000;
const BARE = { subject: "node-a" } as Certificate;
const TPM = { ...BARE, attestationKey: "00", pcrs: "sha256:0,7", pcrDigest: "00" };
const row = (changes: Partial<TrailRow>): TrailRow => ({
  ...{ node: "node-b", seq: 1, ts: new Date(NOW), kind: "dbe.session", reason: null, peer: "node-a", detail: "" },
  ...changes,
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dsmil-enclave-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("how a key is kept", () => {
  it("is what the certificate shows; where it shows less than the manifest says, that is a finding", () => {
    expect(keptKey("node-a", "file", BARE)).toEqual({ node: "node-a", seal: "file" });
    expect(keptKey("node-a", "transit", BARE)).toEqual({ node: "node-a", seal: "transit" });
    expect(keptKey("node-a", "tpm2", TPM)).toEqual({ node: "node-a", seal: "tpm2", pcrs: "sha256:0,7" });
    expect(keptKey("node-a", "tpm2", BARE)).toMatchObject({ seal: "file", problem: expect.stringContaining("no TPM") });
    expect(keptKey("node-a", "file", TPM)).toMatchObject({ seal: "tpm2", problem: expect.stringContaining("a TPM") });
  });

  it.each([
    ["no JSON", "x"],
    ["another kind", '{"seals":{"node-a":"paper"},"revoked":[]}'],
    ["a node that is none", '{"seals":{"../a":"file"},"revoked":[]}'],
    ["another key", '{"seals":{},"revoked":[],"x":1}'],
    ["a revocation that is none", '{"seals":{},"revoked":[5]}'],
  ])("is not read from %s", async (_, text) => {
    writeFileSync(`${dir}/enclave.json`, text);
    await expect(readKeeping(dir)).rejects.toThrow();
  });

  it("that gets worse is told for a day, or until it is as before", () => {
    const book = new SealBook();
    const key = (seal: "file" | "transit" | "tpm2") => [{ node: "node-a", seal }];
    expect(book.take(key("tpm2"), NOW)).toEqual([]);
    expect(book.take(key("file"), NOW)).toMatchObject([{ before: "tpm2", now: "file", worse: true }]);
    expect(sealsCheck(key("file"), book.findings)).toEqual({ value: "CRITICAL: node-a was tpm2, is file", ok: true });
    expect(sealsCheck([{ node: "node-a", seal: "file", problem: "x" }], [])).toEqual({
      ...{ value: "CRITICAL: node-a: x", ok: false },
    });
    book.take(key("transit"), NOW);
    expect(book.findings).toHaveLength(1);
    expect(book.take(key("tpm2"), NOW)).toMatchObject([{ worse: false }]);
    expect(book.findings).toEqual([]);
    book.take(key("file"), NOW);
    book.take(key("file"), NOW + 25 * HOUR);
    expect(sealsCheck(key("file"), book.findings)).toEqual({ value: "node-a file", ok: true });
  });
});

describe("proofs of identity", () => {
  const nodes = ["node-a", "node-b"];

  it("are read from the trail, of nodes alone", () => {
    expect(signOf(row({}), nodes)).toBe("proved");
    expect(signOf(row({ peer: "127.0.0.1" }), nodes)).toBeUndefined();
    expect(signOf(row({ kind: "dbe.refused", reason: "BAD_SIGNATURE" }), nodes)).toBe("unproved");
    expect(signOf(row({ kind: "dbe.refused", reason: "REVOKED_PEER" }), nodes)).toBe("revoked_seen");
    expect(signOf(row({ kind: "dbe.refused", reason: "TENANT_MISMATCH" }), nodes)).toBeUndefined();
  });

  it("must come again with each rotation where a TPM seals the key", () => {
    const attestations = new Attestations();
    const keys = [{ node: "node-a", seal: "tpm2", pcrs: "sha256:0,7" }] as const;
    const fleet = { nodes, root: "", rotationSeconds: 3600 };
    const facts = { fleet, certificates: new Map(), nodeKeys: new Map(), problems: [] };
    const seen = { facts, keeping: { seals: new Map(), revoked: new Set<string>() }, keys, signers: [], modes: [] };
    expect(proofsCheck(seen, attestations, NOW)).toMatchObject({
      ok: false,
      value: expect.stringContaining("no good quote"),
    });
    attestations.take(row({}), nodes);
    expect(proofsCheck(seen, attestations, NOW).ok).toBe(true);
    expect(proofsCheck(seen, attestations, NOW + 4 * HOUR).ok).toBe(false);
    attestations.take(row({ kind: "dbe.refused", reason: "BAD_SIGNATURE" }), nodes);
    expect(proofsCheck(seen, attestations, NOW).value).toContain("bad signature or TPM quote");
    attestations.take(row({ kind: "dbe.refused", reason: "REVOKED_PEER", peer: "node-b" }), nodes);
    expect(proofsCheck(seen, attestations, NOW).value).toBe("node-b is revoked and was refused within the hour");
  });
});

describe("signing keys", () => {
  const in_ = (days: number) => NOW + days * 24 * HOUR;

  const tenant = (id: string, ends: number, problem?: string) => {
    return { name: `tenant ${id}`, tenant: id, ends, ...(problem !== undefined && { problem }) };
  };

  it("that end soon degrade, but for a tenant's, which is told", () => {
    expect(signersCheck([tenant("alpha", Infinity)], NOW)).toEqual({ value: "1 certificates hold", ok: true });
    expect(signersCheck([tenant("alpha", in_(3))], NOW)).toEqual({
      ...{ value: "a tenant's certificate ends in 3 days; renew with `dsmil up`; the log has names", ok: true },
    });
    const both = [tenant("alpha", 0, "is not signed"), { name: "signer models", ends: in_(-1) }];
    expect(signersCheck(both, NOW)).toEqual({ value: "signer models has ended", ok: false });
  });

  it("of tenants are named for the log alone, whatever their files say", () => {
    const signers = [
      ...[tenant("alpha", in_(9.5)), tenant("beta", 0, "is of tenant gamma"), tenant("delta", Infinity)],
      { name: "signer models", ends: Infinity },
    ];
    expect(signersCheck(signers, NOW)).toEqual({
      ...{ value: "certificates of 2 tenants, one of which cannot be used; the log has names", ok: true },
    });
    expect(signerProblems(signers, NOW)).toEqual([
      "tenant alpha ends in 9 days; renew with `dsmil up`",
      "tenant beta is of tenant gamma",
    ]);
    const models = [{ name: "signer models", ends: 0, problem: "is of tenant beta" }];
    expect(signersCheck(models, NOW)).toEqual({ value: "signer models cannot be used", ok: false });
    expect(signerProblems(models, NOW)).toEqual(["signer models is of tenant beta"]);
  });
});

describe("modes", () => {
  it("name what others may change, and secrets that they may read", async () => {
    writeFileSync(`${dir}/a`, "");
    writeFileSync(`${dir}/password`, "");
    chmodSync(dir, 0o700);
    chmodSync(`${dir}/a`, 0o444);
    chmodSync(`${dir}/password`, 0o400);
    const folders = [{ path: dir, secrets: ["password"] }];
    expect(await modeProblems(folders)).toEqual([]);
    chmodSync(`${dir}/a`, 0o466);
    chmodSync(`${dir}/password`, 0o440);
    expect(await modeProblems(folders)).toEqual([
      expect.stringMatching(/\/a is 0466, of uid \d+: others may write$/),
      expect.stringMatching(/\/password is 0440, of uid \d+: others may read$/),
    ]);
    expect(await modeProblems([{ path: `${dir}/gone`, secrets: [] }])).toEqual([
      `${dir}/gone cannot be looked at: ENOENT`,
    ]);
  });

  it("are told to tenants by their number, without paths", () => {
    expect(modesCheck([])).toEqual({ value: "in order", ok: true });
    const told = modesCheck(["/run/dsmil/tenants/beta is 0777, of uid 0: others may write"]);
    expect(told).toEqual({ ok: false, value: expect.stringMatching(/^1 files or folders .*; the log has names$/) });
    expect(told.value).not.toContain("beta");
  });
});
