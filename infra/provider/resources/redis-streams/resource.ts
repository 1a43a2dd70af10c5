import * as pulumi from "@pulumi/pulumi";
import type { RedisStreamsArgs } from "./args.ts";

/** Streams in Redis with their consumer groups. */
export class RedisStreams extends pulumi.CustomResource {
  constructor(name: string, args: RedisStreamsArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:RedisStreams", name, { ...args }, opts);
  }
}
