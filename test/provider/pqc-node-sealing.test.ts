import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyCertificate } from "../../images/runtime/pqc/certificate.ts";
import { buildImages } from "../../infra/images/build.ts";
import { generate } from "../../infra/provider/pqc.ts";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import type {
  PqcNodeIdentityInputs,
  PqcNodeIdentityState,
} from "../../infra/provider/resources/pqc-node-identity/args.ts";
import { pqcNodeIdentity } from "../../infra/provider/resources/pqc-node-identity/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";
import { image, projectRoot, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const root = generate();
const folder = "/etc/dsmil/node_keys";
const sealed = `${folder}/node-a-mldsa87.priv.tpm`;
const device = "/run/swtpm/tpm.sock";
const tpm2 = { kind: "tpm2", device, pcrs: "sha256:0,7" } as const;
const IMAGES = ["dsmil-node-keys", "dsmil-swtpm"] as const;
const inputs = (): PqcNodeIdentityInputs => ({
  node: "node-a",
  rootSeed: root.seed,
  rootPublicKey: root.publicKey,
  image: image("dsmil-node-keys"),
  peers: [],
  sealing: tpm2,
  owner: "10001:10001",
});
const sh = (script: string): Promise<string> => nodes.sh("node-a", script);
const breaks = (script: string) => async () => void (await sh(script));
const context = () => recordedContext((node) => nodes.connect(node));
const apply = (given: PqcNodeIdentityInputs, old?: PqcNodeIdentityState) =>
  pqcNodeIdentity.reconcile(given, old, context());
const remove = (state: PqcNodeIdentityState) => pqcNodeIdentity.remove("", state, context());
/** A machine's restart, and what another firmware does at it. */
const restart = () => sh(`docker restart -t 2 swtpm && until [ -S ${device}.ctrl ]; do sleep 0.1; done`);
const otherFirmware = () =>
  sh(
    "docker run --rm --network none --user 10001:10001 --tmpfs /tmp -v /run/swtpm:/run/swtpm --entrypoint tpm2_pcrextend " +
      `-e TPM2TOOLS_TCTI=swtpm:path=${device} ${inputs().image} 7:sha256=${"5a".repeat(32)}`,
  );

beforeAll(async () => {
  await buildImages(projectRoot, IMAGES);
  nodes = await startNodes("sealing", 48, ["node-a"]);
  const link = await nodes.connect("node-a");
  await transfer(link, "node-a", IMAGES.map(image), new AbortController().signal);
  await sh(
    `install -d -o 10001 -g 10001 -m 0755 /run/swtpm && ` +
      `docker run -d --name swtpm --network none -v swtpm:/data -v /run/swtpm:/run/swtpm ${image("dsmil-swtpm")} && ` +
      `until [ -S ${device}.ctrl ]; do sleep 0.1; done`,
  );
}, 900_000);
afterAll(() => nodes?.destroy());

const unsettled = ["unsettled"];
contractSuite({
  name: "PqcNodeIdentity, sealed by a TPM",
  handler: pqcNodeIdentity,
  connect: (node) => nodes.connect(node),
  inputs,
  changed: () => ({ ...inputs(), sealing: { ...tpm2, pcrs: "sha256:0" } }),
  changedPaths: ['sealing["pcrs"]'],
  drifts: [
    { name: "a sealed file that others may read", break: breaks(`chmod 644 ${sealed}`), paths: unsettled },
    { name: "a replaced sealed file", break: breaks(`head -c 160 /dev/urandom > ${sealed}`), paths: unsettled },
    { name: "a missing sealed file", break: breaks(`rm ${sealed}`) },
    { name: "a missing public half", break: breaks(`rm ${folder}/node-a-mldsa87.pub.tpm`) },
  ],
  fingerprint: () => sh("find /etc/dsmil -type f -printf '%p %i %C@\\n'"),
  gone: async () => (await sh("ls /etc/dsmil")) === "",
  async works({ sealing }, state) {
    expect(await sh(`ls ${folder}`)).toBe("node-a-mldsa87.priv.tpm\nnode-a-mldsa87.pub\nnode-a-mldsa87.pub.tpm\n");
    expect(await sh(`stat -c '%a %u:%g' ${sealed}`)).toBe("600 10001:10001\n");
    expect(state.tpmGroup).toBe("10001");
    const certificate = verifyCertificate(state.certificate, root.publicKey, "node", "node-a", Date.now());
    const { attestationKey, pcrs, pcrDigest } = state;
    expect(certificate).toMatchObject({ publicKey: state.publicKey, attestationKey, pcrs, pcrDigest });
    expect(pcrs).toBe(sealing?.kind === "tpm2" ? sealing.pcrs : "");
  },
  importWithout: ["rootSeed", "rootPublicKey", "image", "peers", "sealing", "owner"],
  timeoutMs: 120_000,
});

describe("PqcNodeIdentity, sealed", () => {
  it("makes a new key when a bare one is sealed, and leaves no bare seed", async () => {
    const { sealing: _, ...bare } = inputs();
    const before = await apply(bare);
    expect(await sh(`ls ${folder}`)).toContain("node-a-mldsa87.key");
    const after = await apply(inputs(), before);
    expect(after.publicKey).not.toBe(before.publicKey);
    expect(await sh(`ls ${folder}`)).not.toContain("node-a-mldsa87.key");
    const back = await apply(bare, after);
    expect(back).toMatchObject({ attestationKey: "", pcrs: "", tpmGroup: "" });
    expect(back.certificate).not.toContain("attestationKey");
    expect(await sh(`ls ${folder}`)).toBe("node-a-mldsa87.key\nnode-a-mldsa87.pub\n");
    await remove(back);
  });

  it("keeps the key over a restart, and says why it does not open in another boot state", async () => {
    const state = await apply(inputs());
    await restart();
    expect((await apply(inputs())).publicKey).toBe(state.publicKey);
    await otherFirmware();
    await expect(apply(inputs())).rejects.toThrow("the PCRs are not those the key was sealed to");
    expect(await apply(inputs(), state)).toEqual(state);
    await restart();
    await remove(state);
  });

  it("names a TPM that is not there, and a transit server that does not answer", async () => {
    const away = { ...inputs(), sealing: { ...tpm2, device: "/dev/tpmrm0" } };
    await expect(apply(away)).rejects.toThrow("node-a has no TPM at /dev/tpmrm0");
    await sh(
      "echo s.token > /run/token; chmod 0400 /run/token; chown 10001 /run/token; install -m 0444 /etc/hostname /run/ca.crt",
    );
    const files = { tokenFile: "/run/token", caFile: "/run/ca.crt" };
    const server = {
      kind: "transit",
      address: "https://127.0.0.1:1",
      mount: "transit",
      key: "node-a",
      ...files,
    } as const;
    await expect(apply({ ...inputs(), sealing: server })).rejects.toThrow("the transit server https://127.0.0.1:1");
    expect(await sh(`ls ${folder}`)).toBe("");
    await sh(`rmdir ${folder} /etc/dsmil || :`);
  });

  it("names the property of every mistake", () => {
    const failures = (sealing: unknown) =>
      pqcNodeIdentity.check({ ...inputs(), sealing, owner: "app" }).map(({ property }) => property);
    expect(failures({ kind: "paper" })).toEqual(["sealing.kind", "owner"]);
    expect(failures({ kind: "tpm2", device: "tpm0", pcrs: "sha1:0", mount: "x" })).toEqual([
      ...["sealing.device", "sealing.pcrs", "sealing.mount", "owner"],
    ]);
    expect(failures({ kind: "transit", address: "http://x" })).toEqual([
      ...["address", "mount", "key", "tokenFile", "caFile"].map((part) => `sealing.${part}`),
      "owner",
    ]);
  });
});
