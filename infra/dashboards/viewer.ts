import type { Model, Tenant } from "../model/types.ts";

/** For whom dashboards are made. */
export interface Viewer {
  readonly model: Model;
  /** Absent: operators of the fleet, who see all tenants. */
  readonly tenant?: Tenant;
}
