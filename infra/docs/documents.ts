import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withTables } from "../../images/runtime/dbe/docs.ts";
import { metricReference } from "../metrics/reference.ts";
import { manifestReference } from "../model/docs.ts";
import { loadModel } from "../model/load.ts";
import { alertsReference } from "../render/alerts-docs.ts";
import { certificatesPage } from "./certificates.ts";
import { dataPlanePage } from "./data-plane.ts";
import { devicesPage } from "./devices.ts";
import { portsPage } from "./ports.ts";
import { recordFleet } from "./record-fleet.ts";
import { tenantsPage } from "./tenants.ts";
import { topologyPage } from "./topology.ts";

/** A document that is generated, or has generated parts. */
export interface GeneratedDocument {
  /** Path in the project: `docs/alerts.md`. */
  readonly path: string;
  readonly text: string;
}

/** Every generated document of the project below `root`, of its own manifest.yaml, as it should be. */
export async function generatedDocuments(root: string): Promise<readonly GeneratedDocument[]> {
  const model = loadModel(join(root, "manifest.yaml"));
  const declared = await recordFleet(root, model);
  const texts: Readonly<Record<string, string>> = {
    "docs/manifest.md": manifestReference(),
    "docs/alerts.md": alertsReference(model),
    "docs/metrics-reference.md": metricReference(),
    "docs/dbe.md": withTables(readFileSync(join(root, "docs/dbe.md"), "utf8")),
    "docs/reference/topology.md": topologyPage(model),
    "docs/reference/devices.md": devicesPage(model),
    "docs/reference/tenants.md": tenantsPage(model),
    "docs/reference/ports.md": portsPage(model),
    "docs/reference/certificates.md": certificatesPage(declared),
    "docs/reference/data-plane.md": dataPlanePage(model, declared),
  };
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}
