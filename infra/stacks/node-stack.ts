import { Provider } from "@pulumi/docker/provider.js";
import type { Model, Node } from "../model/types.ts";
import type { CompiledRules } from "../policy/compiled-rules.ts";

/** What every stack is composed from. */
export interface NodeStackArgs {
  readonly model: Model;
  readonly node: Node;
  /** Project folder. */
  readonly root: string;
  /** The tenants' rules, compiled. */
  readonly rules: CompiledRules;
  /** From the stack's configuration: whether removing a tenant may drop its data. */
  readonly allowDataLoss: boolean;
}

/**
 * The node's engine, reached over the one multiplexed SSH connection that `.dsmil/ssh/config` describes. Address, key
 * and pinned host key stay in that file, so that moving an endpoint plans no change.
 */
export function nodeEngine(node: Node): Provider {
  return new Provider(node.id, {
    host: `ssh://${node.id}`,
    sshOpts: ["-F", ".dsmil/ssh/config"],
    disableDockerDaemonCheck: true,
  });
}
