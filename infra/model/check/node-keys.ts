import type { ManifestNodeKey } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

type Setting = Exclude<keyof ManifestNodeKey, "kind">;

/** Settings of each kind; those of `needed` have no default. */
const SETTINGS: Readonly<Record<ManifestNodeKey["kind"], readonly Setting[]>> = {
  file: [],
  tpm2: ["device", "pcrs"],
  transit: ["address", "mount", "key", "token_file", "ca_file"],
};
const NEEDED: readonly Setting[] = ["address", "token_file", "ca_file"];

/** A node's key has the settings of its kind, and no others. */
export const checkNodeKeys: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("nodes", manifest.nodes)) {
    const { key } = value;
    if (key?.kind === undefined) continue;
    const own = SETTINGS[key.kind];
    for (const name of Object.keys(key).filter((name) => name !== "kind" && !own.includes(name as Setting))) {
      const message = `is no setting of kind ${key.kind}; expected ${own.join(", ") || "none beside kind"}`;
      findings.push({ path: [...path, "key", name], message });
    }
    if (key.kind !== "transit") continue;
    for (const name of NEEDED.filter((setting) => !(setting in key))) {
      findings.push({ path: [...path, "key"], message: `has no "${name}"; expected one, as kind transit needs it` });
    }
  }
  return findings;
};
