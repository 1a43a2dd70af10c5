import type * as pulumi from "@pulumi/pulumi";

/** One stream. */
export interface RedisStreamArgs {
  /** `ALPHA_L3_IN`; begins with the tenant's id in upper case and `_`. */
  key: pulumi.Input<string>;
  /** Consumer groups; made at the start of the stream, so that nothing is skipped. */
  groups: pulumi.Input<pulumi.Input<string>[]>;
  /** Seconds that entries are kept at least; services trim, and so does every `up` that touches the resource. */
  retentionSeconds: pulumi.Input<number>;
}

/** Arguments of `RedisStreams`. */
export interface RedisStreamsArgs {
  /** Node that runs Redis. */
  node: pulumi.Input<string>;
  /** Tenant that owns the streams; absent for those that all share. */
  tenant?: pulumi.Input<string>;
  streams: pulumi.Input<pulumi.Input<RedisStreamArgs>[]>;
  /** Whether removal may drop entries. Default: false, removal of a stream that holds entries is refused. */
  allowDataLoss?: pulumi.Input<boolean>;
  /** Whether removal leaves the streams as they are. Default: false. */
  retain?: pulumi.Input<boolean>;
}

/** A stream with everything resolved. */
export interface RedisStream {
  readonly key: string;
  readonly groups: readonly string[];
  readonly retentionSeconds: number;
}

/** Checked inputs; there are no outputs beside them. */
export interface RedisStreamsState {
  readonly node: string;
  readonly tenant?: string;
  readonly streams: readonly RedisStream[];
  readonly allowDataLoss?: boolean;
  readonly retain?: boolean;
}
