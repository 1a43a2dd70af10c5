import { UserError } from "../errors.ts";
import type { Fleet } from "../stores/fleet.ts";

/** Under which name the data stack hands over the operator's certificate for Prometheus. */
const OPERATOR = "operator";

/**
 * Certificate and key by which Prometheus knows an operator.
 * @throws UserError where the fleet has none yet
 */
export function operatorCertificate({ data }: Pick<Fleet, "data">): { readonly cert: string; readonly key: string } {
  const found = data.certificates?.[OPERATOR];
  if (found !== undefined) return found;
  throw new UserError("the fleet has no certificate for operators of Prometheus yet", "run `bin/dsmil up`");
}
