import type { Model } from "../model/types.ts";
import { UserError } from "./errors.ts";

/** A tenant of the manifest, as messages name it: `ALPHA`. @throws UserError naming those there are */
export function knownTenant(model: Model, id: string): string {
  const found = model.tenants.find((tenant) => tenant.id === id.toLowerCase());
  if (found) return found.prefix;
  throw new UserError(
    `there is no tenant ${JSON.stringify(id)}`,
    `name one of ${model.tenants.map((tenant) => tenant.id).join(", ")}`,
  );
}
