import * as pulumi from "@pulumi/pulumi";
import type { QdrantTenantCollectionsArgs } from "./args.ts";

/** A tenant's collections in Qdrant, and the token that opens them and nothing else. */
export class QdrantTenantCollections extends pulumi.CustomResource {
  /** Token for the tenant's services; secret. */
  declare readonly token: pulumi.Output<string>;
  /** End of the token's life, RFC 3339. */
  declare readonly tokenExpires: pulumi.Output<string>;

  constructor(name: string, args: QdrantTenantCollectionsArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { token: undefined, tokenExpires: undefined };
    super(
      "dsmil:index:QdrantTenantCollections",
      name,
      { ...args, ...outputs },
      {
        ...opts,
        additionalSecretOutputs: ["token"],
      },
    );
  }
}
