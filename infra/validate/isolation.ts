import { from, holds, names } from "./finding.ts";
import type { Criterion, Finding, Proof } from "./types.ts";

/** After so long a proof says nothing of today's fleet. */
const PROOF_DAYS = 7;
const DAY_MS = 86_400_000;

export const ISOLATION: readonly Criterion[] = [
  {
    section: "Tenant isolation",
    what: "two tenants or more",
    judge: ({ model: { tenants } }) =>
      holds(
        tenants.length >= 2,
        names(tenants.map(({ id }) => id)),
        "add a tenant to the manifest; then `bin/dsmil up`",
      ),
  },
  {
    section: "Tenant isolation",
    what: "every credential tried on every other tenant",
    judge: ({ isolation, model, now }) =>
      from(isolation, (proof) => {
        const missing = model.tenants.map(({ id }) => id).filter((id) => !proof.tenants.includes(id));
        if (!proof.current) return stale(proof, "it is of another manifest, or not signed by this fleet");
        if (missing.length > 0) return stale(proof, `it does not cover ${names(missing)}`);
        return fresh(proof, now, "attempts, all refused, controls worked", "bin/dsmil isolation");
      }),
  },
  {
    section: "Tenant isolation",
    what: "row-level security on every tenant's table",
    judge: ({ postgres }) =>
      from(postgres, ({ tables, unprotected }) =>
        holds(
          tables > 0 && unprotected.length === 0,
          unprotected.length ? `without: ${names(unprotected)}` : `${tables} tables, enabled and forced`,
          "`bin/dsmil up` sets it again",
        ),
      ),
  },
  {
    section: "Tenant isolation",
    what: "each tenant's key opens the API",
    judge: ({ front }) =>
      from(front, (statuses) => {
        const told = Object.entries(statuses).map(([tenant, status]) => `${tenant} ${status}`);
        const well = told.length > 0 && Object.values(statuses).every((status) => status === 200);
        return holds(
          well,
          told.join(", ") || "no tenant has a key",
          "`bin/dsmil status`; `bin/dsmil tenant key TENANT`",
        );
      }),
  },
];

export const SECURITY: readonly Criterion[] = [
  {
    section: "Security",
    what: "the six drills stopped, each beside its control",
    judge: ({ drill, now }) =>
      from(drill, (proof) => {
        if (!proof.current) return stale(proof, "it is of another fleet, or of other nodes or tenants");
        if (proof.count < 6) return stale(proof, `${proof.count} of 6 were tried`);
        return fresh(proof, now, "attacks stopped and proven", "bin/dsmil drill --officer KEY KEY");
      }),
  },
];

const stale = ({ file }: Proof, why: string): Finding => ({ verdict: "open", evidence: `${file}: ${why}` });

function fresh({ at, passed, count, file }: Proof, now: Date, words: string, command: string): Finding {
  const days = (now.getTime() - Date.parse(at)) / DAY_MS;
  if (!passed) return { verdict: "fail", evidence: `${file}: not passed`, remedy: `\`${command}\` names each attempt` };
  if (!(days < PROOF_DAYS))
    return { verdict: "open", evidence: `${file} is ${Math.floor(days)} days old`, remedy: `\`${command}\`` };
  return { verdict: "pass", evidence: `${count} ${words} (${at})` };
}
