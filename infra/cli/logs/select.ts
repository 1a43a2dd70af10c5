import { nearest } from "../../model/nearest.ts";
import type { Container, Model } from "../../model/types.ts";
import { UserError } from "../errors.ts";
import { findTenant } from "../stores/fleet.ts";

/** What the command line named. */
export interface Selection {
  /** Ids of services, or names of containers; none: all. */
  readonly services: readonly string[];
  readonly tenant?: string;
  readonly node?: string;
}

/**
 * The containers that are meant, in the manifest's order.
 * @throws UserError for a name that there is not, and where nothing is left
 */
export function selectContainers(model: Model, { services, tenant, node }: Selection): readonly Container[] {
  const of = tenant === undefined ? undefined : findTenant(model, tenant).id;
  if (node !== undefined && !model.nodes.some(({ id }) => id === node)) unknown("node", node, ids(model.nodes));
  for (const name of services) {
    if (model.containers.some((c) => c.service === name || c.name === name)) continue;
    unknown("service", name, [...new Set(model.containers.map(({ service }) => service))]);
  }
  const found = model.containers.filter(
    (c) =>
      (services.length === 0 || services.includes(c.service) || services.includes(c.name)) &&
      (of === undefined || c.tenant === of) &&
      (node === undefined || c.node === node),
  );
  if (found.length > 0) return found;
  const shared = services.filter((name) => model.containers.some((c) => c.service === name && c.tenant === undefined));
  const why = of !== undefined && shared.length > 0 ? `: ${shared.join(", ")} serves all tenants` : "";
  throw new UserError(`no container is all of that${why}`, "leave --tenant or --node out, or name other services");
}

function unknown(kind: string, name: string, known: readonly string[]): never {
  const like = nearest(name, known);
  const hint = like === undefined ? `there are ${known.join(", ")}` : `did you mean ${like}?`;
  throw new UserError(`there is no ${kind} ${JSON.stringify(name)}`, hint);
}

const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);
