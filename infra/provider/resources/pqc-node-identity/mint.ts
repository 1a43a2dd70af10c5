import type { NodeLink } from "../../handler.ts";
import { runBesideKeys } from "./container.ts";
import { type Minted, NO_TPM } from "./minted.ts";
import type { SealRequest } from "./seal.ts";
import { keyNames } from "./sealing.ts";

// Runs in the container, from standard input. Prints the public part only.
const SCRIPT = `
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
process.on("uncaughtException", (error) => {
  process.stderr.write(error.message + "\\n");
  process.exit(1);
});
const { file, fresh } = JSON.parse(process.env.MINT);
if (fresh) rmSync(file, { force: true });
if (!existsSync(file)) {
  const next = file + ".new";
  rmSync(next, { force: true });
  const out = openSync(next, "wx", 0o600);
  writeSync(out, generateKeyPairSync("ml-dsa-87").privateKey.export({ format: "raw-seed" }));
  fsyncSync(out);
  closeSync(out);
  renameSync(next, file);
}
const seed = readFileSync(file);
if (seed.length !== 32) throw new Error(file + " holds " + seed.length + " bytes where a seed has 32");
const key = createPrivateKey({ key: seed, format: "raw-seed", asymmetricKeyType: "ml-dsa-87" });
const publicKey = createPublicKey(key).export({ format: "raw-public" }).toString("hex");
process.stdout.write(JSON.stringify({ publicKey }));
`;

/**
 * The node's key as a bare seed in a file, made by a container that has nothing but the key folder; any image with
 * Node 24 does. An existing key is kept unless `fresh`.
 */
export async function mint(link: NodeLink, r: SealRequest): Promise<Minted> {
  const { node, image, folder } = r;
  const names = keyNames(node, "file");
  const container = [
    ...["--network", "none"],
    ...["--env", `MINT=${JSON.stringify({ file: `${folder}/${names[0]}`, fresh: r.fresh })}`],
    ...["--entrypoint", "node", image, "--input-type=module", "-"],
  ];
  const what = `make the key of ${node} with ${image}`;
  const output = await runBesideKeys(link, { ...r, what, names, container, stdin: SCRIPT });
  const { publicKey } = JSON.parse(output) as Partial<Minted>;
  if (typeof publicKey !== "string") throw new Error(`${what}: the container said something else than a public key`);
  return { publicKey, ...NO_TPM };
}
