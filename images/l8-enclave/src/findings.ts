import type { Attestations } from "./attestations.ts";
import type { Seen } from "./enclave-watcher.ts";
import type { KeptKey } from "./keeping.ts";
import type { Weakened } from "./seal-book.ts";
import type { Signer } from "./signers.ts";

/** A check of /health. */
export interface Told {
  readonly value: string;
  readonly ok: boolean;
}

const DAY_MS = 86_400_000;
/** Any `up` renews certificates in their last 30 days: later nobody ran one. */
const ENDS_SOON_DAYS = 14;
/** A proof may be this many rotations old, as l8-crypto says of keys. */
const ROTATIONS = 3;

/**
 * How keys are kept. A key that is kept less well than before is a critical finding, and so is a certificate that shows
 * something else than the manifest says; the latter alone degrades: what the manifest says, somebody wanted.
 */
export function sealsCheck(keys: readonly KeptKey[], weakened: readonly Weakened[]): Told {
  const wrong = keys.find(({ problem }) => problem !== undefined);
  if (wrong) return { value: `CRITICAL: ${wrong.node}: ${wrong.problem}`, ok: false };
  const [worse] = weakened;
  if (worse) return { value: `CRITICAL: ${worse.node} was ${worse.before}, is ${worse.now}`, ok: true };
  const told = keys.map(({ node, seal, pcrs }) => `${node} ${pcrs === undefined ? seal : `${seal} (${pcrs})`}`);
  return { value: told.sort().join(", "), ok: told.length > 0 };
}

/**
 * Whether nodes prove who they are. Who could not was refused by the gateways: that is told for an hour, and no fault of
 * the fleet's, as keys are also made anew. A TPM that shows no good quote any more is one.
 */
export function proofsCheck({ facts, keeping, keys }: Seen, attestations: Attestations, now: number): Told {
  const { nodes, rotationSeconds } = facts.fleet;
  const isTpm = (node: string): boolean => keys.some((one) => one.node === node && one.seal === "tpm2");
  const late = nodes
    .filter((node) => isTpm(node) && !keeping.revoked.has(node))
    .find((node) => (attestations.ageOf(node, now) ?? Infinity) > ROTATIONS * rotationSeconds);
  if (late !== undefined) return { value: `${late} has shown no good quote of late`, ok: false };
  const [revoked] = attestations.recent("revoked_seen", now);
  if (revoked !== undefined) return { value: `${revoked} is revoked and was refused within the hour`, ok: true };
  const [unproved] = attestations.recent("unproved", now);
  if (unproved === undefined) return { value: "nodes prove who they are", ok: true };
  const what = isTpm(unproved) ? "signature or TPM quote" : "signature";
  return { value: `${unproved} came with a bad ${what} within the hour`, ok: true };
}

/**
 * When signing keys end. What concerns one tenant is told and does not degrade: a tenant that comes or goes is named in
 * one place and not yet in another, and its own refusals show at the gateways.
 */
export function signersCheck(signers: readonly Signer[], now: number): Told {
  const judged = signers.map((signer) => ({ ...signer, days: (signer.ends - now) / DAY_MS }));
  const [worst] = judged
    .filter(({ days, problem }) => problem !== undefined || days < ENDS_SOON_DAYS)
    .sort((a, b) => Number(isTenant(a)) - Number(isTenant(b)) || a.days - b.days);
  if (!worst) return { value: `${signers.length} certificates hold`, ok: true };
  const ends = worst.days < 0 ? "has ended" : `ends in ${Math.floor(worst.days)} days; renew with \`dsmil up\``;
  return { value: `${worst.name} ${worst.problem ?? ends}`, ok: isTenant(worst) };
}

export function modesCheck(problems: readonly string[]): Told {
  return { value: problems[0] ?? "in order", ok: problems.length === 0 };
}

const isTenant = ({ name }: Signer): boolean => name.startsWith("tenant ");
