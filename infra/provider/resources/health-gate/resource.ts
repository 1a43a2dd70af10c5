import * as pulumi from "@pulumi/pulumi";
import type { HealthGateArgs } from "./args.ts";

/** Is created when all of its containers answer; what depends on it starts only then. Leaves nothing on the node. */
export class HealthGate extends pulumi.CustomResource {
  constructor(name: string, args: HealthGateArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:HealthGate", name, { ...args }, opts);
  }
}
