import type { Model } from "../../model/types.ts";
import type { RuleGroup } from "./types.ts";

const DAY = 86_400;
/** Rotations that keys and proofs may be old, as l8-crypto and l8-enclave say. */
const ROTATIONS = 3;

/** Certificates that end, and keys that should have been made anew. */
export function expiryRules(model: Pick<Model, "dbe">): RuleGroup {
  const stale = ROTATIONS * model.dbe.rotation.seconds;
  const ends = (series: string, label: string, days: number) => ({
    expr: `${series} < ${days * DAY}`,
    summary: `The certificate of {{ $labels.${label} }} ends soon`,
    description: "It ends in {{ $value | humanizeDuration }}; nobody trusts it afterwards.",
  });
  const certificate = "dsmil_crypto_certificate_expiry_seconds";
  const signer = "dsmil_enclave_signer_expiry_seconds";
  return {
    name: "dsmil-expiry",
    title: "Certificates and keys",
    records: [],
    alerts: [
      {
        name: "CertificateEndsSoon",
        ...ends(certificate, "certificate", 21),
        severity: "warning",
        remedy: "`bin/dsmil up` renews every certificate in its last 30 days.",
      },
      {
        name: "CertificateEnds",
        ...ends(certificate, "certificate", 3),
        severity: "critical",
        remedy: "`bin/dsmil up`, today.",
      },
      {
        name: "SignerEndsSoon",
        ...ends(signer, "signer", 21),
        severity: "warning",
        remedy: "`bin/dsmil up` issues it anew; docs/pqc.md says what it signs.",
      },
      {
        name: "SignerEnds",
        ...ends(signer, "signer", 3),
        severity: "critical",
        remedy: "`bin/dsmil up`, today: models and policies that it signs are refused afterwards.",
      },
      {
        name: "NodeKeyOld",
        expr: `dsmil_crypto_node_key_age_seconds > ${365 * DAY}`,
        severity: "warning",
        summary: "The key of {{ $labels.node }} is older than a year",
        description: "It is {{ $value | humanizeDuration }} old.",
        remedy: "docs/pqc.md, rotation: replace the node's identity and run `bin/dsmil up`.",
      },
      {
        name: "LinkKeysOld",
        expr: `dsmil_crypto_link_key_age_seconds > ${stale}`,
        for: "1m",
        severity: "warning",
        summary: "Keys between {{ $labels.a }} and {{ $labels.b }} were not made anew",
        description: `They are {{ $value | humanizeDuration }} old; a rotation is due each ${stale / ROTATIONS} s.`,
        remedy: "`bin/dsmil dbe status`: is one of the two away, or does the audit trail stand still?",
      },
      {
        name: "NodeProofOld",
        expr: `dsmil_enclave_proof_age_seconds > ${stale}`,
        for: "1m",
        severity: "warning",
        summary: "{{ $labels.node }} has not proved for long who it is",
        description: "The last proof is {{ $value | humanizeDuration }} old.",
        remedy: "As for LinkKeysOld; with a TPM also the node's log: a quote that fails.",
      },
    ],
  };
}
