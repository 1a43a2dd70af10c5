import type { Loose, Manifest } from "../manifest.ts";
import type { Finding } from "../manifest-error.ts";
import { formatSize, mebibytes } from "../units.ts";
import type { Check } from "./cross-check.ts";
import { entries } from "./entries.ts";
import { containerCount, memoryOf, nodeOf } from "./placement.ts";

/** Smallest limit a container can live with, MiB. */
const SMALLEST_CONTAINER = 16;

interface Claim {
  readonly what: string;
  readonly node: string;
  readonly mib: number;
}

/** What containers and devices claim of a node stays within its budget. */
export const checkMemory: Check = (manifest) => {
  const findings: Finding[] = [];
  for (const { path, value } of entries("services", manifest.services)) {
    const memory = memoryOf(manifest, value);
    if (memory === undefined || mebibytes(memory) >= SMALLEST_CONTAINER) continue;
    const message = `${memory} is too little for a container; expected at least ${formatSize(SMALLEST_CONTAINER)}`;
    findings.push({ path: [...path, value.memory === undefined ? "device" : "memory"], message });
  }
  const containers = containerClaims(manifest);
  const devices = deviceClaims(manifest);
  for (const { path, value } of entries("nodes", manifest.nodes)) {
    if (value.id === undefined || value.memory === undefined) continue;
    const budget = mebibytes(value.memory);
    for (const [kind, claims] of [
      ["containers", containers],
      ["devices", devices],
    ] as const) {
      const here = claims.filter((claim) => claim.node === value.id).sort((a, b) => b.mib - a.mib);
      const sum = here.reduce((total, claim) => total + claim.mib, 0);
      const [largest] = here;
      if (largest === undefined || sum <= budget) continue;
      const message =
        `the ${kind} of ${value.id} claim ${formatSize(sum)}, ${formatSize(sum - budget)} over its budget of ${value.memory}; ` +
        `the largest is ${largest.what} with ${formatSize(largest.mib)}`;
      findings.push({ path: [...path, "memory"], message });
    }
  }
  return findings;
};

function containerClaims(manifest: Loose<Manifest>): Claim[] {
  return entries("services", manifest.services).flatMap(({ value }) => {
    const [node, memory, count] = [nodeOf(manifest, value), memoryOf(manifest, value), containerCount(manifest, value)];
    if (memory !== undefined && count > 0 && value.scope === "node") {
      const nodes = manifest.nodes?.flatMap((one) => (one?.id === undefined ? [] : [one.id])) ?? [];
      return nodes.map((id) => ({ node: id, mib: mebibytes(memory), what: `${value.id}` }));
    }
    if (node === undefined || memory === undefined || count === 0) return [];
    const mib = count * mebibytes(memory);
    return [{ node, mib, what: count === 1 ? `${value.id}` : `${value.id} (${count} × ${memory})` }];
  });
}

function deviceClaims(manifest: Loose<Manifest>): Claim[] {
  return entries("devices", manifest.devices).flatMap(({ value }) => {
    if (value.node === undefined || value.memory === undefined) return [];
    return [{ node: value.node, mib: mebibytes(value.memory), what: `device ${value.id}` }];
  });
}
