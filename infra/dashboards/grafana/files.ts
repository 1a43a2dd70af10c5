import type { Model, Tenant } from "../../model/types.ts";
import { boardsFor } from "../boards.ts";
import { dashboardJson } from "./dashboard-json.ts";
import { grafanaIni } from "./grafana-ini.ts";
import { datasourcesYaml, providerYaml } from "./provisioning.ts";
import { fleetSources, gatedSources, type Sources } from "./sources.ts";

/** Path below the folder that is written → text. */
export type GrafanaFiles = ReadonlyMap<string, string>;

/**
 * Everything that Grafanas mount: one for the fleet's operators, and one a tenant, for in one Grafana whoever may look at a
 * dashboard may send its datasource any query. A tenant's needs the gate; without it only the operators' is made.
 */
export function grafanaFiles(model: Model, gate: URL | undefined): GrafanaFiles {
  const files = new Map<string, string>();
  const operators = { admins: ["dsmil-admin"], viewers: ["dsmil-operator", "dsmil-exec"] };
  addSet(files, "operators", { model, sources: fleetSources(model), roles: operators, folder: "DSMIL" });
  if (gate === undefined) return files;
  for (const tenant of model.tenants) {
    const roles = { admins: [], viewers: [`soc-analyst-${tenant.id}`] };
    const folder = `DSMIL ${tenant.prefix}`;
    addSet(files, `tenants/${tenant.id}`, { model, tenant, sources: gatedSources(gate), roles, folder });
  }
  return files;
}

interface SetParts {
  readonly model: Model;
  readonly tenant?: Tenant;
  readonly sources: Sources;
  readonly roles: Parameters<typeof grafanaIni>[0];
  readonly folder: string;
}

function addSet(files: Map<string, string>, at: string, { sources, roles, folder, ...viewer }: SetParts): void {
  files.set(`${at}/grafana.ini`, grafanaIni(roles));
  files.set(`${at}/provisioning/datasources/dsmil.yaml`, datasourcesYaml(sources));
  files.set(`${at}/provisioning/dashboards/dsmil.yaml`, providerYaml(folder));
  for (const board of boardsFor(viewer)) {
    files.set(`${at}/dashboards/${board.uid}.json`, `${JSON.stringify(dashboardJson(board), null, 2)}\n`);
  }
}
