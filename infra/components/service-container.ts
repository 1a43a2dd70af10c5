import { Container } from "@pulumi/docker/container.js";
import * as pulumi from "@pulumi/pulumi";
import { containerArgs, type ServiceContainerArgs } from "./container-args.ts";

/** Every service runs as this user; secret files on the node belong to it. */
export const SERVICE_UID = 10001;

/**
 * One hardened service container: non-root, read-only root, no capabilities, no new privileges, limits from the
 * device table, health check, restart policy, log tag and labels.
 */
export class ServiceContainer extends pulumi.ComponentResource {
  /** The engine's id of the running container; changes when it is replaced. */
  readonly containerId: pulumi.Output<string>;

  constructor(args: ServiceContainerArgs, opts: pulumi.ComponentResourceOptions) {
    super("dsmil:component:ServiceContainer", args.plan.name, {}, opts);
    const container = new Container(args.plan.name, containerArgs(args), {
      parent: this,
      // The name, the fixed address and the published port can belong to one container only.
      deleteBeforeReplace: true,
      // The provider calls another health check an update and does nothing: every plan after it would show it again.
      replaceOnChanges: ["healthcheck"],
      // Contents of the plan decide; the engine fills these in and they carry no intent of ours.
      ignoreChanges: ["containerReadRefreshTimeoutMilliseconds"],
    });
    this.containerId = container.id;
    this.registerOutputs({ containerId: this.containerId });
  }
}
