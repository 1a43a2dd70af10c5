import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate, publicKeyOf, verified } from "../../infra/provider/pqc.ts";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import type {
  PqcNodeIdentityInputs,
  PqcNodeIdentityState,
} from "../../infra/provider/resources/pqc-node-identity/args.ts";
import { pqcNodeIdentity } from "../../infra/provider/resources/pqc-node-identity/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";
import { image, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const root = generate();
const key = "/etc/dsmil/node_keys/node-a-mldsa87.key";
const pub = "/etc/dsmil/node_keys/node-a-mldsa87.pub";
const copy = "/etc/dsmil/peer_keys/node-a-mldsa87.pub";
const inputs = (): PqcNodeIdentityInputs => ({
  node: "node-a",
  rootSeed: root.seed,
  rootPublicKey: root.publicKey,
  image: image("dsmil-node-base"),
  peers: ["node-b"],
});
const sh = async (node: string, script: string): Promise<string> => nodes.sh(node, script);
const breaks =
  (script: string, node = "node-a") =>
  async () =>
    void (await sh(node, script));
const context = () => recordedContext((node) => nodes.connect(node));

beforeAll(async () => {
  nodes = await startNodes("identity", 44, ["node-a", "node-b"]);
  const base = [image("dsmil-node-base")];
  await transfer(await nodes.connect("node-a"), "node-a", base, new AbortController().signal);
}, 900_000);
afterAll(() => nodes?.destroy());

const unsettled = ["unsettled"];
contractSuite({
  name: "PqcNodeIdentity",
  handler: pqcNodeIdentity,
  connect: (node) => nodes.connect(node),
  inputs,
  changed: () => ({ ...inputs(), peers: [] }),
  changedPaths: ["peers"],
  drifts: [
    { name: "a key that others may read", break: breaks(`chmod 644 ${key}`), paths: unsettled },
    { name: "a key of another owner", break: breaks(`chown 1:1 ${key}`), paths: unsettled },
    { name: "a replaced key", break: breaks(`head -c 32 /dev/urandom > ${key}`), paths: unsettled },
    { name: "a missing key", break: breaks(`rm ${key}`) },
    { name: "a changed public part", break: breaks(`echo {} > ${pub}`), paths: unsettled },
    { name: "a changed copy on a peer", break: breaks(`sed -i s/node-a/node-x/ ${copy}`, "node-b"), paths: unsettled },
    { name: "a missing copy on a peer", break: breaks(`rm ${copy}`, "node-b"), paths: unsettled },
  ],
  fingerprint: async () =>
    (await sh("node-a", "find /etc/dsmil -type f -printf '%p %i %C@\\n'")) +
    (await sh("node-b", "find /etc/dsmil -type f -printf '%p %i %C@\\n'")),
  gone: async () => (await sh("node-a", "ls /etc/dsmil")) + (await sh("node-b", "ls /etc/dsmil")) === "",
  async works({ peers }, state) {
    const seed = (await sh("node-a", `od -An -vtx1 ${key}`)).replaceAll(/\s/g, "");
    expect(publicKeyOf(seed)).toBe(state.publicKey);
    expect(JSON.stringify(state)).not.toContain(seed);
    expect(await sh("node-a", `stat -c '%a %u:%g' ${key}`)).toBe("600 0:0\n");
    expect(await sh("node-a", "stat -c '%a %u:%g' /etc/dsmil/node_keys")).toBe("700 0:0\n");
    const certificate = verified(await sh("node-a", `cat ${pub}`), root.publicKey);
    expect(certificate).toMatchObject({ subject: "node-a", kind: "node", publicKey: state.publicKey });
    const onPeer = await sh("node-b", `cat ${copy} 2>/dev/null || :`);
    expect(onPeer).toBe(peers.length > 0 ? `${state.certificate}\n` : "");
  },
  importWithout: ["rootSeed", "rootPublicKey", "image", "peers"],
  timeoutMs: 60_000,
});

describe("PqcNodeIdentity", () => {
  const remove = (state: PqcNodeIdentityState) => pqcNodeIdentity.remove("", state, context());
  const apply = (given: PqcNodeIdentityInputs, old?: PqcNodeIdentityState) =>
    pqcNodeIdentity.reconcile(given, old, context());

  it("does not certify a key that somebody laid in its place", async () => {
    const state = await apply(inputs());
    await sh("node-a", `head -c 32 /dev/zero > ${key}`);
    const repaired = await apply(inputs(), state);
    expect(repaired.publicKey).not.toBe(publicKeyOf("00".repeat(32)));
    expect(repaired.publicKey).not.toBe(state.publicKey);
    await remove(repaired);
  });

  it("keeps the certificates of earlier keys, as what these signed is checked by them", async () => {
    const first = await apply(inputs());
    expect(first.former).toEqual([]);
    await sh("node-a", `rm ${key}`);
    // As after a refresh that found the key gone: without state.
    const second = await apply(inputs());
    expect(second.former).toEqual([first.certificate]);
    await sh("node-a", `head -c 32 /dev/zero > ${key}`);
    const third = await apply(inputs(), second);
    expect(third.former).toEqual([first.certificate, second.certificate]);
    await remove(third);
  });

  it("keeps the key and certifies it anew under another root", async () => {
    const state = await apply(inputs());
    const other = generate();
    const moved = await apply({ ...inputs(), rootSeed: other.seed, rootPublicKey: other.publicKey }, state);
    expect(moved.publicKey).toBe(state.publicKey);
    expect(verified(moved.certificate, other.publicKey).subject).toBe("node-a");
    expect(() => verified(moved.certificate, root.publicKey)).toThrow("not signed by this fleet's root");
    await remove(moved);
  });

  it("records a peer out of reach, and settles it by the next up", async () => {
    const ctx = recordedContext(async (node) => {
      if (node === "node-b") throw new Error("node-b: cannot connect");
      return nodes.connect(node);
    });
    const state = await pqcNodeIdentity.reconcile(inputs(), undefined, ctx);
    expect(state.unsettled).toEqual(["node-b: not reached"]);
    expect(ctx.warnings.join()).toContain("node-b does not have this node's public key yet");
    expect(pqcNodeIdentity.diff?.(state, inputs()).changed).toEqual(["unsettled"]);
    const settled = await apply(inputs(), state);
    expect(settled.unsettled).toEqual([]);
    expect(pqcNodeIdentity.diff?.(settled, { ...inputs(), image: "another:1" }).changed).toEqual([]);
    await remove(settled);
  });

  it("refuses a key file that is none", async () => {
    await sh("node-a", `mkdir -p /etc/dsmil/node_keys && echo junk > ${key}`);
    await expect(apply(inputs())).rejects.toThrow(`${key} holds 5 bytes where a seed has 32`);
    await sh("node-a", "rm -r /etc/dsmil/node_keys");
  });

  it("gives the key to one user, and to root again", async () => {
    const state = await apply({ ...inputs(), owner: "10001:10001" });
    expect(await sh("node-a", `stat -c '%a %u:%g' ${key}`)).toBe("600 10001:10001\n");
    expect(await pqcNodeIdentity.read("", state, context())).toEqual(state);
    const moved = await apply(inputs(), state);
    expect(await sh("node-a", `stat -c '%a %u:%g' ${key}`)).toBe("600 0:0\n");
    expect(moved.publicKey).toBe(state.publicKey);
    await remove(moved);
  });

  it("takes over the state of a release that knew no TPM", async () => {
    const { attestationKey: _a, pcrs: _p, pcrDigest: _d, tpmGroup: _g, ...before } = await apply(inputs());
    const state = before as PqcNodeIdentityState;
    expect(pqcNodeIdentity.diff?.(state, inputs()).changed).toEqual([]);
    expect(await pqcNodeIdentity.read("", state, context())).toBe(state);
    const after = await apply(inputs(), state);
    expect(after).toMatchObject({ ...before, attestationKey: "", tpmGroup: "" });
    await remove(after);
  });

  it("names the property of every mistake", () => {
    const bad = { node: "node-a", rootSeed: "x", rootPublicKey: "y", image: "", peers: ["node-a", "B"] };
    expect(pqcNodeIdentity.check(bad).map(({ property }) => property)).toEqual([
      ...["rootSeed", "rootPublicKey", "image", "peers[0]", "peers[1]"],
    ]);
    const foreign = { ...inputs(), rootPublicKey: generate().publicKey };
    expect(pqcNodeIdentity.check(foreign)).toEqual([
      { property: "rootPublicKey", reason: "does not belong to rootSeed" },
    ]);
  });
});
