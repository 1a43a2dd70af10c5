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
 * When signing keys end. What concerns tenants is told and does not degrade: a tenant that comes or goes is named in one
 * place and not yet in another, and its own refusals show at the gateways. Each tenant gets this, so none is named:
 * {@link signerProblems} are for the log.
 */
export function signersCheck(signers: readonly Signer[], now: number): Told {
  const judged = [...signers]
    .sort((a, b) => a.ends - b.ends)
    .map((signer) => ({ signer, problem: problemOf(signer, now) }));
  const wrong = judged.filter(({ problem }) => problem !== undefined);
  const own = wrong.find(({ signer }) => signer.tenant === undefined);
  if (own) return { value: `${own.signer.name} ${own.problem}`, ok: false };
  const [first] = wrong;
  if (!first) return { value: `${signers.length} certificates hold`, ok: true };
  const many = wrong.length === 1 ? "a tenant's certificate" : `certificates of ${wrong.length} tenants, one of which`;
  return { value: `${many} ${first.problem}; the log has names`, ok: true };
}

/** What is wrong with signing keys, with the names of tenants. */
export function signerProblems(signers: readonly Signer[], now: number): readonly string[] {
  return signers.flatMap((signer) => {
    const problem = problemOf(signer, now);
    return problem === undefined ? [] : [`${signer.name} ${signer.problem ?? problem}`];
  });
}

/** Without what a file says: it may name others. */
function problemOf({ ends, problem }: Signer, now: number): string | undefined {
  const days = (ends - now) / DAY_MS;
  if (problem !== undefined) return "cannot be used";
  if (days >= ENDS_SOON_DAYS) return undefined;
  return days < 0 ? "has ended" : `ends in ${Math.floor(days)} days; renew with \`dsmil up\``;
}

/** Paths have tenants' names, and each tenant gets this: they are for the log. */
export function modesCheck(problems: readonly string[]): Told {
  const many = `${problems.length} files or folders`;
  const value =
    problems.length === 0 ? "in order" : `${many} are open to others, or not to be looked at; the log has names`;
  return { value, ok: problems.length === 0 };
}
