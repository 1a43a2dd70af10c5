/** One resource as it is about to be registered: what a preview, an update or a recording knows of it. */
export interface Resource {
  /** Pulumi type token: `docker:index/container:Container`. */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** What policies have to know of the fleet beside the resource. */
export interface Facts {
  /** Node id → address on the fleet's LAN. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Ids of all tenants. */
  readonly tenants: readonly string[];
  /** Networks on which containers cannot reach each other. */
  readonly quietNetworks: readonly string[];
}

/** Says that a resource breaks the policy; `key` is the manifest's key of it, where there is one: `publish`. */
export type Report = (message: string, key?: string) => void;

/** One rule over single resources. Pure: what it is given decides. */
export interface Policy {
  /** `restart-policy` */
  readonly name: string;
  /** One sentence: what must hold. */
  readonly description: string;
  validate(resource: Resource, report: Report, facts: Facts): void;
}
