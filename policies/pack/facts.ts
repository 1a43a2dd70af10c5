import type { Model } from "../../infra/model/types.ts";
import type { Facts } from "./policy.ts";

/** What the policies have to know of a fleet. */
export function factsOf({ nodes, tenants, networks }: Model): Facts {
  return {
    addresses: Object.fromEntries(nodes.map(({ id, address }) => [id, address])),
    tenants: tenants.map(({ id }) => id),
    quietNetworks: networks.filter(({ intercontainer }) => !intercontainer).map(({ id }) => id),
  };
}
