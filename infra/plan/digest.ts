import { createHash } from "node:crypto";
import type { Preview } from "./preview.ts";

/** Steps that do nothing, and the halves of a replacement, which its `replace` stands for. */
const QUIET = new Set(["same", "read", "refresh", "create-replacement", "delete-replaced"]);

/**
 * SHA-256 (hex) over everything that previews would do: stack, action, resource, and all inputs with which it would be. Secrets
 * take part as the mark that the CLI shows in their place. Two plans with the same digest declare the same.
 */
export function planDigest(previews: ReadonlyMap<string, Preview>): string {
  const lines: string[] = [];
  for (const [stack, { steps = [] }] of previews) {
    for (const { op, urn, newState, detailedDiff, diffReasons } of steps) {
      if (QUIET.has(op) || newState?.type === "pulumi:pulumi:Stack") continue;
      const paths = Object.keys(detailedDiff ?? {}).concat(diffReasons ?? []);
      lines.push(canonical([stack, op, urn, [...new Set(paths)].sort(), newState?.inputs ?? null]));
    }
  }
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
