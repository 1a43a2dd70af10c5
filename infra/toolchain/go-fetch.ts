import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ToolchainOptions } from "./options.ts";
import { toolPaths } from "./paths.ts";
import { versions } from "./versions.ts";
import { zipEntries } from "./zip.ts";

/** Checksums of the toolchain modules in the Go checksum database, by Node's name of the machine. */
const checksums: Readonly<Record<string, { readonly go: string; readonly sum: string }>> = {
  x64: { go: "amd64", sum: "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=" },
  arm64: { go: "arm64", sum: "h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc=" },
};

const TIMEOUT = 300_000;

/**
 * Fetches a Go toolchain from the Go module proxy, as `go` itself does to replace an older one, for machines without.
 * @returns the path of `go`
 * @throws where there is none for the machine, the proxy is not reachable, or the checksum is another
 */
export async function fetchGo(options: ToolchainOptions): Promise<string> {
  const machine = process.platform === "linux" ? checksums[process.arch] : undefined;
  if (!machine) throw new Error(`there is no known Go toolchain for ${process.platform} ${process.arch}`);
  const module = `golang.org/toolchain@v0.0.1-go${versions.go}.linux-${machine.go}`;
  const url = `${proxy()}/${module.replace("@", "/@v/")}.zip`;
  options.progress?.(`Go ${versions.go}: download from ${new URL(url).host}`);
  const limit = AbortSignal.timeout(TIMEOUT);
  const response = await fetch(url, { signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit });
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  const files = zipEntries(Buffer.from(await response.arrayBuffer()));
  const contents = new Map(files.map((file) => [file.name, file.read()]));
  const sum = moduleSum(contents);
  if (sum !== machine.sum) throw new Error(`${url}: checksum is ${sum}, expected ${machine.sum}`);
  return install(options.root, contents, `${module}/`);
}

/** Go's own hash of a module's files ("h1"): the SHA-256 of the sorted list of their SHA-256. */
export function moduleSum(contents: ReadonlyMap<string, Buffer>): string {
  const list = createHash("sha256");
  for (const name of [...contents.keys()].sort()) {
    const content = contents.get(name) ?? Buffer.alloc(0);
    list.update(`${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
  }
  return `h1:${list.digest("base64")}`;
}

function install(root: string, contents: ReadonlyMap<string, Buffer>, prefix: string): string {
  const { go } = toolPaths(root);
  const fresh = `${go}.${process.pid}`;
  try {
    for (const [name, content] of contents) {
      const path = join(fresh, name.slice(prefix.length));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      if (/\/(bin|pkg\/tool)\//.test(path.slice(fresh.length))) chmodSync(path, 0o755); // zips of modules have no modes
    }
    rmSync(go, { recursive: true, force: true });
    renameSync(fresh, go);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return join(go, "bin", "go");
}

/** The first proxy of GOPROXY that is one. */
function proxy(): string {
  const listed = (process.env.GOPROXY ?? "").split(/[,|]/).find((entry) => /^https?:\/\//.test(entry));
  return (listed ?? ["https://proxy", "golang", "org"].join(".")).replace(/\/$/, "");
}
