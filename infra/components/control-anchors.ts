import * as pulumi from "@pulumi/pulumi";
import type { Model } from "../model/types.ts";
import { Authority } from "./authority.ts";
import type { ServerCertificate } from "./fleet-anchors.ts";

/** An operator's certificate and key, and the key's public half, all PEM. */
export interface OperatorCertificate extends ServerCertificate {
  readonly publicKey: string;
}

/** How operators are known to the control API, as the data stack hands it on. */
export interface ControlAccess {
  /** PEM of the authority of operators' certificates. */
  readonly clientsCa: string;
  /** By the operators' names in the manifest. */
  readonly operators: Readonly<Record<string, OperatorCertificate>>;
}

/** What a node's control API knows operators by: one output each, so that a new operator leaves the others' known. */
export interface ControlKeys {
  readonly clientsCa: pulumi.Output<string>;
  /** Public key of an operator of the manifest, PEM. */
  publicKey(operator: string): pulumi.Output<string>;
}

/**
 * An authority for operators of the control API, apart from that of the monitoring: Prometheus tells whoever has a
 * certificate of its clients' authority of all tenants, and an operator may see one tenant only.
 */
export class ControlAnchors extends pulumi.ComponentResource {
  /** Secret; for the other stacks. */
  readonly access: pulumi.Output<ControlAccess>;
  /** For this stack's own node. */
  readonly keys: ControlKeys;

  constructor(model: Pick<Model, "fleet" | "operators">, opts?: pulumi.ComponentResourceOptions) {
    super("dsmil:component:ControlAnchors", "control", {}, opts);
    const { name } = model.fleet;
    const authority = new Authority("control-ca", `${name} control CA`, name, this);
    const operators = model.operators.map((operator) => {
      const uses = ["digital_signature", "client_auth"];
      return [
        operator.name,
        authority.issue(`operator-${operator.name}`, { commonName: operator.name, uses }),
      ] as const;
    });
    const access = { clientsCa: authority.cert, operators: Object.fromEntries(operators) };
    const publicKeys = new Map(operators.map(([operator, { publicKey }]) => [operator, publicKey]));
    this.keys = {
      // As in the other stacks: what is secret in a state, and not in the next one, counts as changed.
      clientsCa: pulumi.secret(authority.cert),
      publicKey: (operator) => {
        const key = publicKeys.get(operator);
        if (key === undefined) throw new Error(`${operator} is no operator of the manifest`);
        return key;
      },
    };
    this.access = pulumi.secret(pulumi.output(access));
    this.registerOutputs({});
  }
}
