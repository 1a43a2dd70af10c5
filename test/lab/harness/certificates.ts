import { createHash } from "node:crypto";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifestPath } from "./dsmil.ts";
import { onNodeOk } from "./fleet.ts";

const FOLDER = join(dirname(manifestPath), "certificates");

/** Keeps a node's certificate before its key is replaced: what it signed until then is verified by it. */
export async function keepCertificate(node: string): Promise<void> {
  const text = await onNodeOk(node, "cat", `/etc/dsmil/node_keys/${node}-mldsa87.pub`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.pub`), text);
}

/** Arguments of `dsmil audit verify` for the certificates that were kept, of this run and of those before on this lab. */
export function keptCertificates(): string[] {
  const files = globSync("*.pub", { cwd: FOLDER }).map((name) => join(FOLDER, name));
  return files.length === 0 ? [] : ["--certificate", ...files];
}
