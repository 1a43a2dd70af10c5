import { Counter, Gauge, type Registry } from "prom-client";
import type { Sign } from "./attestations.ts";
import { type KeptKey, SEALS } from "./keeping.ts";
import type { Signer } from "./signers.ts";

/** Metrics of secure enclave management. Labels are bounded: nodes, tenants and the signer of models. */
export class EnclaveMetrics {
  private readonly seal: Gauge<"node" | "seal">;
  private readonly proofAge: Gauge<"node">;
  private readonly signerExpiry: Gauge<"signer">;
  private readonly signs: Counter<"node" | "sign">;
  private readonly changes: Counter<"node" | "direction">;
  private readonly modes: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.seal = new Gauge({
      ...{ name: "dsmil_enclave_node_seal", help: "1 for the way in which a node's key is kept", registers },
      labelNames: ["node", "seal"],
    });
    this.proofAge = new Gauge({
      ...{ name: "dsmil_enclave_proof_age_seconds", registers, labelNames: ["node"] },
      help: "Time since a node last proved who it is to another, with a TPM's quote where its certificate names one",
    });
    this.signerExpiry = new Gauge({
      ...{ name: "dsmil_enclave_signer_expiry_seconds", registers, labelNames: ["signer"] },
      help: "Time until the certificate of a signing key ends",
    });
    this.signs = new Counter({
      ...{ name: "dsmil_enclave_refused_total", registers, labelNames: ["node", "sign"] },
      help: "Nodes that could not prove who they are, or are revoked, from 24 hours before the start on",
    });
    this.changes = new Counter({
      ...{ name: "dsmil_enclave_seal_changes_total", registers, labelNames: ["node", "direction"] },
      help: "Changes of how a node's key is kept",
    });
    this.modes = new Gauge({
      ...{ name: "dsmil_enclave_mode_problems", registers },
      help: "Files and folders of keys that others than their owner may change or read",
    });
  }

  keys(keys: readonly KeptKey[]): void {
    this.seal.reset();
    for (const { node, seal } of keys)
      for (const one of SEALS) this.seal.set({ node, seal: one }, one === seal ? 1 : 0);
  }

  proofs(ages: readonly (readonly [node: string, seconds: number | undefined])[]): void {
    this.proofAge.reset();
    for (const [node, seconds] of ages) if (seconds !== undefined) this.proofAge.set({ node }, Math.round(seconds));
  }

  signers(signers: readonly Signer[], now: number): void {
    this.signerExpiry.reset();
    for (const { name, ends } of signers) {
      if (Number.isFinite(ends)) this.signerExpiry.set({ signer: name }, Math.round((ends - now) / 1000));
    }
  }

  sign(node: string, sign: Sign): void {
    if (sign !== "proved") this.signs.inc({ node, sign });
  }

  changed(node: string, worse: boolean): void {
    this.changes.inc({ node, direction: worse ? "weaker" : "stronger" });
  }

  modeProblems(many: number): void {
    this.modes.set(many);
  }
}
