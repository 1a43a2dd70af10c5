import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { opaKey } from "../toolchain/opa.ts";

/** Folders of the tenants' rules, and of the schemas that checking compares them with. */
export const RULES_FOLDER = "policies/tenants";
export const SCHEMAS_FOLDER = "policies/schemas";

/** How the rules become a module; entrypoints are annotated in them. */
export const BUILD_FLAGS = ["build", "--target", "wasm", "--ignore", "*_test.rego"] as const;

/** A key of everything that decides what the compiled rules are: their text, the compiler, its flags. 64 hex digits. */
export function rulesKey(root: string): string {
  const hash = createHash("sha256").update(JSON.stringify([BUILD_FLAGS, opaKey(root)]));
  const folder = join(root, RULES_FOLDER);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isRule).sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

const isRule = (file: string): boolean => file.endsWith(".rego") && !file.endsWith("_test.rego");
