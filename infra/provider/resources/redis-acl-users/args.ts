import type * as pulumi from "@pulumi/pulumi";

/** One user: who it is and what it may do. */
export interface RedisUserArgs {
  /** `alpha_writer`; begins with the tenant's id and `_`. */
  name: pulumi.Input<string>;
  /** Secret; only its SHA-256 ever reaches the server. */
  password: pulumi.Input<string>;
  /** Rules as `ACL SETUSER` takes them, separated by spaces, starting with `-@all`: an allow-list only. */
  rules: pulumi.Input<string>;
}

/** Arguments of `RedisAclUsers`. */
export interface RedisAclUsersArgs {
  /** Node that runs Redis. */
  node: pulumi.Input<string>;
  /** Tenant whose users these are: no other user `<tenant>_*` is tolerated. Without it, only the listed ones count. */
  tenant?: pulumi.Input<string>;
  users: pulumi.Input<pulumi.Input<RedisUserArgs>[]>;
}

/** A user with everything resolved. */
export interface RedisUser {
  readonly name: string;
  readonly password: string;
  readonly rules: string;
}

/** Checked inputs; there are no outputs beside them. */
export interface RedisAclUsersState {
  readonly node: string;
  readonly tenant?: string;
  readonly users: readonly RedisUser[];
}
