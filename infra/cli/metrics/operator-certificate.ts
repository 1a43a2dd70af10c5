import { UserError } from "../errors.ts";
import type { Fleet } from "../stores/fleet.ts";

/**
 * Certificate and key by which Prometheus knows an operator.
 * @throws UserError where the fleet has none yet
 */
export function operatorCertificate({ data }: Pick<Fleet, "data">): { readonly cert: string; readonly key: string } {
  if (data.monitoring !== undefined) return data.monitoring.operator;
  throw new UserError("the fleet has no certificate for operators of Prometheus yet", "run `bin/dsmil up`");
}
