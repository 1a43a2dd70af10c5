import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintKey } from "../../../images/runtime/dbe/keys/mint-key.ts";
import type { KeyKind } from "../../../images/runtime/dbe/keys/node-signer.ts";
import { type KeyPlace, openKey } from "../../../images/runtime/dbe/keys/open-key.ts";
import { makeCertificates } from "../support/certificates.ts";
import { Swtpm } from "../support/swtpm.ts";
import { TransitServer } from "../support/transit-server.ts";

/** One way to keep a node's key, with what it needs to run for real. */
export interface KeyRig {
  readonly kind: KeyKind;
  /** Where node-a's key lies. */
  readonly place: KeyPlace;
  /** The variables of a container that uses it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Makes node-a's key; its public key. */
  mint(): Promise<string>;
  /** What happens to the sealer when the machine restarts. */
  reboot(): Promise<void>;
  destroy(): Promise<void>;
}

export interface TpmRig extends KeyRig {
  readonly tpm: Swtpm;
  readonly place: Extract<KeyPlace, { kind: "tpm2" }>;
}

export interface TransitRig extends KeyRig {
  readonly server: TransitServer;
  readonly place: Extract<KeyPlace, { kind: "transit" }>;
}

const folder = (kind: string): string => mkdtempSync(join(tmpdir(), `t-keys-${kind}-`));
const common = (kind: string, file: string) => ({ NODE_ID: "node-a", NODE_KEY_KIND: kind, NODE_KEY_FILE: file });

/** A seed in a file, as the deployer's container writes it. */
export async function fileRig(): Promise<KeyRig> {
  const dir = folder("file");
  const place = { kind: "file", file: join(dir, "node-a-mldsa87.key") } as const;
  return {
    kind: "file",
    place,
    variables: common("file", place.file),
    async mint() {
      const seed = generateKeyPairSync("ml-dsa-87").privateKey.export({ format: "raw-seed" });
      rmSync(place.file, { force: true });
      writeFileSync(place.file, seed, { mode: 0o600 });
      return (await openKey(place)).publicKey;
    },
    reboot: async () => {},
    destroy: async () => rmSync(dir, { recursive: true }),
  };
}

/** A seed sealed by a software TPM. */
export async function tpmRig(): Promise<TpmRig> {
  const dir = folder("tpm2");
  const tpm = await Swtpm.create();
  const place = {
    kind: "tpm2",
    file: join(dir, "node-a-mldsa87.priv.tpm"),
    tcti: tpm.tcti,
    pcrs: "sha256:0,7",
  } as const;
  return {
    kind: "tpm2",
    tpm,
    place,
    variables: { ...common("tpm2", place.file), NODE_KEY_TPM_TCTI: tpm.tcti },
    mint: () => mintKey(place),
    reboot: () => tpm.restart(),
    async destroy() {
      await tpm.destroy();
      rmSync(dir, { recursive: true });
    },
  };
}

/** A seed sealed by a server that speaks the transit engine's API. */
export async function transitRig(): Promise<TransitRig> {
  const dir = folder("transit");
  const certificates = makeCertificates(dir);
  const server = new TransitServer(certificates);
  server.addKey("node-a");
  server.addKey("node-b");
  await server.start();
  const tokenFile = join(dir, "token");
  writeFileSync(tokenFile, `${server.token}\n`, { mode: 0o600 });
  const way = { address: server.address, mount: "transit", key: "node-a", tokenFile, caFile: certificates.ca };
  const place = { kind: "transit", file: join(dir, "node-a-mldsa87.transit"), ...way } as const;
  return {
    kind: "transit",
    server,
    place,
    variables: {
      ...common("transit", place.file),
      NODE_KEY_TRANSIT_ADDRESS: way.address,
      NODE_KEY_TRANSIT_KEY: way.key,
      NODE_KEY_TRANSIT_TOKEN_FILE: tokenFile,
      NODE_KEY_TRANSIT_CA_FILE: way.caFile,
    },
    mint: () => mintKey(place),
    async reboot() {
      await server.stop();
      await server.start();
    },
    async destroy() {
      await server.stop();
      rmSync(dir, { recursive: true });
    },
  };
}
