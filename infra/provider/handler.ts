/**
 * What one resource kind has to say to the plugin. The dispatcher (`plugin.ts`) unwraps secrets once, calls these,
 * and marks secret outputs again. Create, update and adoption all take the same path: observe → ensure → sync.
 */

/** Plain property bag as it crosses the wire, secrets already unwrapped. */
export type Props = Record<string, unknown>;

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

/** Where a handler reports progress; shown by the engine beside the resource. */
export interface HandlerContext {
  readonly urn: string;
  /** A step of long work, for a person. */
  progress(message: string): void;
  /** Something to look at that does not stop the operation. */
  warn(message: string): void;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
}

/** The life cycle of one resource kind. `I`: its checked inputs; `O`: inputs plus outputs, as kept in state. */
export interface ResourceHandler<I extends Props, O extends I> {
  /** `dsmil:index:RedisAclUsers` */
  readonly token: string;
  /** Output properties that are secret whatever the inputs were. */
  readonly secretOutputs: readonly string[];
  /** Top-level input properties that force a replacement when they change (identity: node, path …). */
  readonly replaceOn: readonly string[];
  /**
   * Validates; unknown values (preview) arrive as `UNKNOWN` and must pass. Returns every failure at once.
   * May not touch the network.
   */
  check(inputs: Props): readonly CheckFailure[];
  /** The deterministic id, so that import works: `node-c/redis/alpha`. */
  id(inputs: I): string;
  /** Difference between state and new inputs; the default compares every input deeply. */
  diff?(old: O, inputs: I): DiffReport;
  /** Brings the real thing to the inputs, whatever it was before. Idempotent; writes nothing when nothing differs. */
  reconcile(inputs: I, old: O | undefined, ctx: HandlerContext): Promise<O>;
  /**
   * The real thing as it is now. `undefined`: it is gone. Drift is shown by returning inputs that differ from those
   * in state (`old`); `old` is undefined on import, where everything must come from the id and the server.
   */
  read(id: string, old: O | undefined, ctx: HandlerContext): Promise<O | undefined>;
  /** Removes it; "already gone" is success. Refuses to drop data unless `allowDataLoss`. */
  remove(id: string, old: O, ctx: HandlerContext): Promise<void>;
}

/** Stands for a value that is not known before the deployment ran. */
export const UNKNOWN = Symbol("unknown");
