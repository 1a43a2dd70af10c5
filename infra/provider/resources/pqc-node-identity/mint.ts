import type { NodeLink } from "../../handler.ts";
import { run } from "../../run.ts";

/** What a node says about its key; nothing of it is secret. */
export interface Minted {
  readonly publicKey: string;
  /** SHA-256 (hex) of the 32 random bytes in the key file. */
  readonly keyDigest: string;
}

// Runs in the container, from standard input. Prints the public part only.
const SCRIPT = `
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
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
if (seed.length !== 32) throw new Error("KEYFILE holds " + seed.length + " bytes where a seed has 32");
const key = createPrivateKey({ key: seed, format: "raw-seed", asymmetricKeyType: "ml-dsa-87" });
const publicKey = createPublicKey(key).export({ format: "raw-public" }).toString("hex");
process.stdout.write(JSON.stringify({ publicKey, keyDigest: createHash("sha256").update(seed).digest("hex") }));
`;

// $1: key folder, $2: key file, the rest: the command. The container's root has no right over files of others.
const PREPARE = `
set -eu
umask 022
mkdir -p -- "$1"
chown 0:0 -- "$1"
chmod 0700 -- "$1"
key=$1/$2
if [ -f "$key" ] && [ "$(stat -c '%a %u:%g' -- "$key")" != "600 0:0" ]; then
  chown 0:0 -- "$key"
  chmod 0600 -- "$key"
fi
shift 2
exec "$@"`;

/**
 * The node's key, made by a container that has nothing but the key folder. An existing key is kept unless `fresh`.
 * @param folder absolute folder on the node, made with 0700
 */
export async function mint(
  link: NodeLink,
  node: string,
  image: string,
  folder: string,
  fresh: boolean,
  signal: AbortSignal,
): Promise<Minted> {
  const file = `${node}-mldsa87.key`;
  const container = [
    ...["docker", "run", "--rm", "-i", "--pull", "never", "--log-driver", "none", "--network", "none", "--read-only"],
    ...["--user", "0:0", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "128m"],
    ...["--mount", `type=bind,source=${folder},target=/keys`],
    ...["--env", `MINT=${JSON.stringify({ file: `/keys/${file}`, fresh })}`],
    ...["--entrypoint", "node", image, "--input-type=module", "-"],
  ];
  const what = `make the key of ${node} with ${image}`;
  const output = await run(link, what, ["sh", "-c", PREPARE, "sh", folder, file, ...container], {
    stdin: SCRIPT.replace("KEYFILE", `${folder}/${file}`),
    timeoutMs: 120_000,
    signal,
  });
  const minted = JSON.parse(output) as Partial<Minted>;
  if (typeof minted.publicKey !== "string" || typeof minted.keyDigest !== "string") {
    throw new Error(`${what}: the container said something else than a public key`);
  }
  return { publicKey: minted.publicKey, keyDigest: minted.keyDigest };
}
