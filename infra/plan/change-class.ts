import type { Change, PlanSummary } from "./types.ts";

/**
 * Classes of a change, the strictest first. An `emergency` is mended first and reviewed afterwards: milder than what somebody
 * approves before, stricter than what nobody ever looks at.
 */
export const CHANGE_CLASSES = ["standard", "normal", "emergency", "pre-approved"] as const;

export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/** A class, and what made it. */
export interface Classified {
  readonly class: ChangeClass;
  readonly reasons: readonly string[];
}

type Rule = readonly [why: string, holds: (change: Change) => boolean];

const type = (...names: readonly string[]): ((change: Change) => boolean) => {
  const wanted = new Set(names);
  return (change) => wanted.has(change.type.slice(change.type.lastIndexOf(":") + 1));
};
const isFiles = type("NodeFiles");
const isCertificate = type("LocallySignedCert", "SelfSignedCert", "CertRequest");

/** What only renews itself, and what follows from it. */
const RENEWALS: readonly Rule[] = [
  ["certificates are renewed", isCertificate],
  [
    "files of certificates follow",
    (c) => isFiles(c) && c.action === "update" && c.folder?.includes("/certs/") === true,
  ],
  ["containers are looked at", type("HealthGate")],
];

/** What more than one person has to look at. */
const STANDARD: readonly Rule[] = [
  ["data would be lost", (c) => c.dataAtRisk !== undefined],
  ["a tenant comes or goes", (c) => type("TenantSigningKey")(c) && (c.action === "create" || c.action === "delete")],
  ["another image is deployed", type("ImageOnNode")],
  ["another model is deployed", type("ModelOnNode", "ModelSigner", "LargeFiles")],
  ["keys or identities change", type("FleetRootKey", "PqcNodeIdentity", "TenantSigningKey", "PrivateKey")],
  ["networks change", type("NodeNetwork")],
  ["access to the stores changes", type("RedisAclUsers", "PostgresMetricsReader", "PostgresAuditTrail")],
  ["what tenants may do changes", type("PolicyBundle")],
  ["a published port changes", (c) => c.properties.some((path) => /^ports\b/.test(path))],
];

/**
 * The class of a change from its kind (docs/changes.md).
 * @param repair whether nothing was edited since the last `up`: then the plan only mends what changed on the nodes
 */
export function classify({ groups }: PlanSummary, repair: boolean): Classified {
  const changes = groups.flatMap((group) => group.changes);
  if (changes.length === 0) return { class: "pre-approved", reasons: ["nothing changes"] };
  const renews = changes.every((change) => RENEWALS.some(([, holds]) => holds(change)));
  // Files that changed on a node without a new certificate are drift.
  if (repair && !(renews && changes.some(isCertificate)))
    return { class: "emergency", reasons: ["nothing was edited: it mends what changed on the nodes"] };
  const standard = holding(STANDARD, changes);
  if (standard.length > 0) return { class: "standard", reasons: standard };
  if (renews) return { class: "pre-approved", reasons: holding(RENEWALS, changes) };
  return { class: "normal", reasons: ["configuration or limits change"] };
}

function holding(rules: readonly Rule[], changes: readonly Change[]): string[] {
  return rules.filter(([, holds]) => changes.some(holds)).map(([why]) => why);
}
