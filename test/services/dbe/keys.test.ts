import {
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readGuarded } from "../../../images/runtime/dbe/keys/guarded-file.ts";
import { KeyError, type KeyProblem } from "../../../images/runtime/dbe/keys/key-error.ts";
import { loadNodeKey, readNodeKeyConfig } from "../../../images/runtime/dbe/keys/load.ts";
import { openKey } from "../../../images/runtime/dbe/keys/open-key.ts";
import { verifySignature } from "../../../images/runtime/pqc/verify-signature.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { fileRig, type KeyRig, tpmRig, transitRig } from "./key-rigs.ts";

/** The refusal of a key, which must be of a kind. */
async function refused(problem: KeyProblem, opening: Promise<unknown>): Promise<string> {
  const error = await opening.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KeyError);
  expect(error).toMatchObject({ problem });
  return (error as KeyError).message;
}

describe.each([
  ["file", fileRig],
  ["tpm2", tpmRig],
  ["transit", transitRig],
] as const)("a node's key, %s", (kind, start) => {
  let rig: KeyRig;
  let publicKey: string;
  const root = generate();
  const certificateFile = (): string => `${dirname(rig.place.file)}/node-a-mldsa87.pub`;
  const certify = (subject: string, key: string): void =>
    writeFileSync(certificateFile(), `${issue(root.seed, "node", subject, key)}\n`);
  const load = () => loadNodeKey(readNodeKeyConfig(rig.variables));

  beforeAll(async () => {
    rig = await start();
  }, 300_000);
  beforeEach(async () => {
    publicKey = await rig.mint();
    certify("node-a", publicKey);
  });
  afterAll(() => rig?.destroy());

  it("signs what its public key verifies, and says how it is kept", async () => {
    const { signer, certificate } = await load();
    expect(signer.publicKey).toBe(publicKey);
    expect(JSON.parse(certificate)).toMatchObject({ subject: "node-a", publicKey });
    const data = Buffer.from("what is signed");
    const signature = await signer.sign(data, "dsmil-test-v1");
    expect(verifySignature(publicKey, data, signature, "dsmil-test-v1")).toBe(true);
    expect(verifySignature(publicKey, data, signature, "dsmil-audit-v1")).toBe(false);
    expect(verifySignature(publicKey, Buffer.from("something else"), signature, "dsmil-test-v1")).toBe(false);
    expect(signer.describe().kind).toBe(kind);
    expect(signer.quote !== undefined).toBe(kind === "tpm2");
  });

  it("is the same after a restart", async () => {
    await rig.reboot();
    expect((await load()).signer.publicKey).toBe(publicKey);
  });

  it("is another one when it is made anew", async () => {
    expect(await rig.mint()).not.toBe(publicKey);
    expect(await refused("other-key", load())).toContain(`${rig.place.file} is another key than the one`);
  });

  it("keeps its files from others, and leaves none behind", async () => {
    const dir = dirname(rig.place.file);
    const own = readdirSync(dir).filter((name) => name.startsWith("node-a-mldsa87.") && !name.endsWith("87.pub"));
    expect(own.length).toBe(kind === "tpm2" ? 2 : 1);
    for (const name of own) await readGuarded(`${dir}/${name}`, "key", 1024);
  });

  it.each([0o644, 0o640, 0o604, 0o660])("refuses a file of mode %o, naming it and the remedy", async (mode) => {
    chmodSync(rig.place.file, mode);
    const said = await refused("permissions", load());
    expect(said).toContain(`${rig.place.file} has mode 0${mode.toString(8)}, open to others`);
    expect(said).toContain(`chmod 0400 ${rig.place.file}`);
    chmodSync(rig.place.file, 0o400);
    expect((await load()).signer.publicKey).toBe(publicKey);
  });

  it("refuses a file that is missing, a link, empty, cut off or too long", async () => {
    const { file } = rig.place;
    const whole = readFileSync(file);
    renameSync(file, `${file}.away`);
    expect(await refused("missing", load())).toContain(`${file} is missing`);
    symlinkSync(`${file}.away`, file);
    expect(await refused("malformed", load())).toContain(`${file} is a link`);
    rmSync(file);
    renameSync(`${file}.away`, file);
    for (const length of [0, 1, whole.length >> 1, 31]) {
      truncateSync(file, length);
      const error = await load().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(KeyError);
      expect(["malformed", "other-sealer", "refused"]).toContain((error as KeyError).problem);
      expect((error as KeyError).message).toMatch(/mldsa87|TPM/);
    }
    writeFileSync(file, Buffer.alloc(70_000, 65));
    expect(await refused("malformed", load())).toContain(`${file} has 70000 bytes`);
  });

  it("refuses the key of another node, and the certificate of another node", async () => {
    const other = await start();
    const foreign = await other.mint();
    await other.destroy();
    certify("node-a", foreign);
    await refused("other-key", load());
    certify("node-b", publicKey);
    expect(await refused("other-key", load())).toContain("is the certificate of node-b, this node is node-a");
    writeFileSync(certificateFile(), "{}");
    await refused("malformed", load());
    rmSync(certificateFile());
    expect(await refused("missing", load())).toContain(certificateFile());
  });

  it("opens without a certificate where the deployer makes it", async () => {
    expect((await openKey(rig.place)).publicKey).toBe(publicKey);
  });
});

describe("a key file of another user", () => {
  it.runIf(process.getuid?.() === 0)("is refused by a service's user, with the command that mends it", async () => {
    const rig = await fileRig();
    await rig.mint();
    chmodSync(dirname(rig.place.file), 0o755);
    chownSync(rig.place.file, 4711, 4711);
    process.seteuid?.(10001);
    try {
      const said = await refused("permissions", openKey(rig.place));
      expect(said).toContain(`cannot be read by user 10001; run: chown 10001 ${rig.place.file} && chmod 0400`);
    } finally {
      process.seteuid?.(0);
      await rig.destroy();
    }
  });
});

describe("the settings of a key", () => {
  const read = (variables: Record<string, string>) => () => readNodeKeyConfig({ NODE_ID: "node-a", ...variables });

  it("have defaults that follow the deployer's places", () => {
    expect(read({})()).toEqual({
      node: "node-a",
      place: { kind: "file", file: "/etc/dsmil/node_keys/node-a-mldsa87.key" },
      certificateFile: "/etc/dsmil/node_keys/node-a-mldsa87.pub",
    });
    expect(read({ NODE_KEY_KIND: "tpm2" })().place).toEqual({
      kind: "tpm2",
      file: "/etc/dsmil/node_keys/node-a-mldsa87.priv.tpm",
      tcti: "device:/dev/tpmrm0",
      pcrs: "sha256:0,7",
    });
  });

  it("are all named when they are wrong", () => {
    expect(read({ NODE_ID: "", NODE_KEY_KIND: "paper" })).toThrow(/NODE_ID is not set[\s\S]*NODE_KEY_KIND is "paper"/);
    const tpm = { NODE_KEY_KIND: "tpm2", NODE_KEY_TPM_TCTI: "cmd:rm -rf /", NODE_KEY_TPM_PCRS: "sha1:0" };
    expect(read(tpm)).toThrow(/NODE_KEY_TPM_TCTI[\s\S]*NODE_KEY_TPM_PCRS/);
    const transit = { NODE_KEY_KIND: "transit", NODE_KEY_TRANSIT_ADDRESS: "http://vault" };
    expect(read(transit)).toThrow(/ADDRESS is "http:\/\/vault"[\s\S]*_KEY is not set[\s\S]*TOKEN_FILE[\s\S]*CA_FILE/);
  });
});
