import type * as pulumi from "@pulumi/pulumi";

/** How Qdrant compares vectors. */
export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";

/** One collection. */
export interface QdrantCollectionArgs {
  /** `alpha_events`; begins with the tenant's id and `_`. */
  name: pulumi.Input<string>;
  /** Dimensions of its vectors. */
  size: pulumi.Input<number>;
  distance: pulumi.Input<Distance>;
}

/** Arguments of `QdrantTenantCollections`. */
export interface QdrantTenantCollectionsArgs {
  /** Node that runs Qdrant. */
  node: pulumi.Input<string>;
  /** Tenant id; no other collection `<tenant>_*` is left behind on removal. */
  tenant: pulumi.Input<string>;
  collections: pulumi.Input<pulumi.Input<QdrantCollectionArgs>[]>;
  /** Days that a token lives; any `up` in its last third makes a new one. Default: 90. */
  tokenTtlDays?: pulumi.Input<number>;
  /** Whether removal, or a changed size or distance, may drop points. Default: false, both are refused. */
  allowDataLoss?: pulumi.Input<boolean>;
  /** Whether removal leaves the collections as they are. Default: false. */
  retain?: pulumi.Input<boolean>;
}

/** A collection with everything resolved. */
export interface QdrantCollection {
  readonly name: string;
  readonly size: number;
  readonly distance: string;
}

/** Checked inputs. */
export interface QdrantTenantCollectionsInputs {
  readonly node: string;
  readonly tenant: string;
  readonly collections: readonly QdrantCollection[];
  readonly tokenTtlDays?: number;
  readonly allowDataLoss?: boolean;
  readonly retain?: boolean;
}

/** Inputs and outputs. */
export interface QdrantTenantCollectionsState extends QdrantTenantCollectionsInputs {
  /** JWT (HS256) for exactly these collections; secret. Empty: the server's key has changed, `up` makes another. */
  readonly token: string;
  /** End of the token's life, RFC 3339. */
  readonly tokenExpires: string;
}
