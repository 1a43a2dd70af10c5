/**
 * What one resource kind has to say to the plugin. The dispatcher (`plugin.ts`) unwraps secrets once, calls these,
 * and marks secret outputs again. Create, update and adoption all take the same path: observe → ensure → sync.
 */

import type { Duplex, Readable } from "node:stream";

/** Plain property bag as it crosses the wire, secrets already unwrapped. */
export type Props = Record<string, unknown>;

/** Where a value sits in a property bag: `["users", 0, "password"]`. */
export type PropertyPath = readonly (string | number)[];

/** A refused input: the property it concerns and what is wrong with it, with the remedy. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What `diff` found: paths changed, and which of them force a replacement. */
export interface DiffReport {
  /** Property paths that differ, detailed: `users["alpha_reader"].rules`. Empty means no change. */
  readonly changed: readonly string[];
  /** Subset of top-level properties that cannot change in place. */
  readonly replace: readonly string[];
}

/** What came back from a command on a node. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The part of a node connection that handlers use; `infra/access` implements it over one shared SSH connection. */
export interface NodeLink {
  /** Runs `argv` as root on the node, without a shell. Secrets travel on stdin, never in `argv`. */
  exec(
    argv: readonly string[],
    options?: {
      readonly stdin?: string | Buffer | Readable;
      readonly timeoutMs?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<ExecResult>;
  /** A byte stream to `host:port` as seen from the node; rejects when nothing listens there. */
  stream(host: string, port: number): Promise<Duplex>;
  /** A loopback port here that leads to `host:port` as seen from the node. */
  forward(host: string, port: number): Promise<{ readonly port: number; close(): void | Promise<void> }>;
}

/** What a handler gets to work with, and where it reports. */
export interface HandlerContext {
  readonly urn: string;
  /** The shared connection to a node; opened on first use. Never close it. */
  connect(node: string): Promise<NodeLink>;
  /**
   * A step of long work, for a person; shown by the engine beside the resource. Call it before every step that
   * writes: the contract suite crashes handlers there.
   */
  progress(message: string): void;
  /** Something to look at that does not stop the operation. */
  warn(message: string): void;
  /** Cuts a value that did not come in as a secret input (an admin password read from a node) out of every message. */
  hide(secret: string): void;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
}

/** The life cycle of one resource kind. `I`: its checked inputs; `O`: inputs plus outputs, as kept in state. */
export interface ResourceHandler<I extends object, O extends I> {
  /** `dsmil:index:RedisAclUsers` */
  readonly token: string;
  /** Every output property that is not an input, secret or not: `digest`. Unknown in preview unless `plan` gives it. */
  readonly outputs: readonly string[];
  /** Properties that are secret whatever the inputs were. */
  readonly secretOutputs: readonly string[];
  /** Top-level input properties that force a replacement when they change (identity: node, path …). */
  readonly replaceOn: readonly string[];
  /**
   * A replacement is made before the old one goes, which then goes when nothing uses it any more. Default: the old one
   * goes first, since both would claim the same thing.
   */
  readonly createBeforeDelete?: boolean;
  /**
   * Validates; unknown values (preview) arrive as `UNKNOWN` and must pass. Returns every failure at once.
   * May not touch the network.
   */
  check(inputs: Props): readonly CheckFailure[];
  /** The deterministic id, so that import works: `node-c/redis/alpha`. */
  id(inputs: I): string;
  /** Values that are secret by their nature, beside those that came in marked: a private key read back on import. */
  secretPaths?(props: Props): readonly PropertyPath[];
  /** Outputs that follow from the inputs alone, so that a preview can show them; called with known inputs only. */
  plan?(inputs: I, old: O | undefined): Partial<O>;
  /** Difference between state and new inputs; the default compares every input deeply. */
  diff?(old: O, inputs: I): DiffReport;
  /** Brings the real thing to the inputs, whatever it was before. Idempotent; writes nothing when nothing differs. */
  reconcile(inputs: I, old: O | undefined, ctx: HandlerContext): Promise<O>;
  /**
   * The real thing as it is now. `undefined`: it is gone. Drift is shown by returning inputs that differ from those
   * in state (`old`); without drift return `old` itself. `old` is undefined on import, where everything must come
   * from the id and the server.
   */
  read(id: string, old: O | undefined, ctx: HandlerContext): Promise<O | undefined>;
  /** Removes it; "already gone" is success. Refuses to drop data unless `allowDataLoss`. */
  remove(id: string, old: O, ctx: HandlerContext): Promise<void>;
}

/** A handler whose types the dispatcher does not know. */
export type AnyHandler = ResourceHandler<object, object>;

/** Stands for a value that is not known before the deployment ran. */
export const UNKNOWN = Symbol("unknown");
