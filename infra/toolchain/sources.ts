import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What our own toolchain is built with, besides its sources. */
export const buildFlags = ["-mod=readonly", "-tags=no_compose"] as const;

/**
 * A key of everything that decides what our own toolchain is: Go sources, go.mod and go.sum (tests apart), flags, and
 * the kind of machine. 64 hex digits.
 */
export function sourceKey(root: string): string {
  const folder = join(root, "infra/toolchain");
  const hash = createHash("sha256").update(JSON.stringify([buildFlags, process.platform, process.arch]));
  for (const module of ["cli", "providers"]) {
    const files = readdirSync(join(folder, module), { recursive: true, encoding: "utf8" });
    for (const file of files.filter(isSource).sort()) {
      hash.update(`\0${module}/${file}\0`).update(readFileSync(join(folder, module, file)));
    }
  }
  return hash.digest("hex");
}

function isSource(file: string): boolean {
  return /(\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith("_test.go");
}
