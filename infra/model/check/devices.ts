import type { Finding } from "../manifest-error.ts";
import { tokenIdBase, tokenText } from "../names.ts";
import { mebibytes } from "../units.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";

/** A device's stated token is the derived one, and a container of it fits into it. */
export const checkDevices: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("devices", manifest.devices)) {
    const { id, token_id: token, memory, container_memory: container } = value;
    if (id !== undefined && token !== undefined && token !== tokenIdBase(id)) {
      const right = `${tokenText(tokenIdBase(id))} (0x8000 + 3 × ${id})`;
      findings.push({
        path: [...path, "token_id"],
        message: `${tokenText(token)} is not the token of device ${id}; expected ${right}`,
      });
    }
    if (memory !== undefined && container !== undefined && mebibytes(container) > mebibytes(memory)) {
      const message = `${container} is more than the device's memory; expected at most ${memory}`;
      findings.push({ path: [...path, "container_memory"], message });
    }
  }
  return findings;
};
