import type { Input } from "@pulumi/pulumi";

/** How a container is asked. */
export type GateKind = "http" | "https" | "tcp" | "exec";

/** One container that must answer. */
export interface GatedContainer {
  readonly name: string;
  /** Engine id of the very container that is waited for: another one under the name does not count. */
  readonly instance: string;
  /**
   * `http`, `https`: status 2xx or 3xx; `tcp`: the port accepts a connection; `exec`: a command in it exits with 0.
   * Certificates are not looked at.
   */
  readonly kind: GateKind;
  /** Port inside the container. */
  readonly port: number;
  /** For http and https; default `/healthz`. */
  readonly path?: string;
  /** For exec: the command and its arguments. */
  readonly argv?: readonly string[];
}

/** Checked inputs, and all there is in state. */
export interface HealthGateInputs {
  readonly node: string;
  readonly containers: readonly GatedContainer[];
  /** For all of them together; default 60. */
  readonly timeoutSeconds?: number;
}

/** What a program gives. */
export interface HealthGateArgs {
  /** Node id: `node-a`. Changing it replaces. */
  readonly node: Input<string>;
  /** Containers to wait for; a new `instance` waits again. */
  readonly containers: Input<
    Input<{
      name: Input<string>;
      instance: Input<string>;
      kind: Input<GateKind>;
      port: Input<number>;
      path?: Input<string>;
      argv?: Input<Input<string>[]>;
    }>[]
  >;
  /** For all of them together; default 60. */
  readonly timeoutSeconds?: Input<number>;
}
