import type { Input } from "@pulumi/pulumi";

/** Checked inputs, and all there is in state beside the engine's id. */
export interface NodeNetworkInputs {
  readonly node: string;
  readonly name: string;
  /** IPv4 subnet in CIDR form: `10.210.1.0/24`. */
  readonly subnet: string;
  readonly gateway: string;
  /** Options of the bridge driver; default none. */
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** As kept in state. */
export interface NodeNetworkState extends NodeNetworkInputs {
  /** The engine's id of the network. */
  readonly networkId: string;
}

/** What a program gives. An engine changes nothing of a network in place: any change replaces. */
export interface NodeNetworkArgs {
  /** Node id: `node-a`. */
  readonly node: Input<string>;
  /** Name on the engine; one that is there already is taken over when it is the same in all that is given here. */
  readonly name: Input<string>;
  /** IPv4 subnet in CIDR form: `10.210.1.0/24`. */
  readonly subnet: Input<string>;
  /** Address of the bridge, within the subnet. */
  readonly gateway: Input<string>;
  /** Options of the bridge driver; default none. */
  readonly options?: Input<Record<string, Input<string>>>;
  readonly labels?: Input<Record<string, Input<string>>>;
}
