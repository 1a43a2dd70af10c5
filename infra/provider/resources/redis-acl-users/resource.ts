import * as pulumi from "@pulumi/pulumi";
import type { RedisAclUsersArgs } from "./args.ts";

/** A tenant's users in Redis, on disk in the server's ACL file as well as in force. */
export class RedisAclUsers extends pulumi.CustomResource {
  constructor(name: string, args: RedisAclUsersArgs, opts?: pulumi.CustomResourceOptions) {
    super("dsmil:index:RedisAclUsers", name, { ...args }, opts);
  }
}
