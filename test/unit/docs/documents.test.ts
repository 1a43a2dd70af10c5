import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { certificatesPage } from "../../../infra/docs/certificates.ts";
import { dataPlanePage } from "../../../infra/docs/data-plane.ts";
import { generatedDocuments } from "../../../infra/docs/documents.ts";
import { portsPage } from "../../../infra/docs/ports.ts";
import { type Declared, recordFleet } from "../../../infra/docs/record-fleet.ts";
import { tenantsPage } from "../../../infra/docs/tenants.ts";
import { topologyPage } from "../../../infra/docs/topology.ts";
import { loadModel } from "../../../infra/model/load.ts";
import type { Model } from "../../../infra/model/types.ts";
import { loadManifestText } from "../../component/manifest.ts";

const root = resolve(import.meta.dirname, "../../..");
const PATHS = [
  ...["manifest", "alerts", "metrics-reference", "dbe"].map((name) => `docs/${name}.md`),
  ...["topology", "devices", "tenants", "ports", "certificates", "data-plane"].map(
    (name) => `docs/reference/${name}.md`,
  ),
];

let texts: ReadonlyMap<string, string>;
beforeAll(async () => {
  texts = new Map((await generatedDocuments(root)).map(({ path, text }) => [path, text]));
}, 180_000);

describe("the generated documents", () => {
  it("are these", () => expect([...texts.keys()].sort()).toEqual([...PATHS].sort()));

  it.each(PATHS)("%s is what the manifest and the code say; else run `bin/dsmil docs --write`", (path) => {
    const file = join(root, path);
    expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(texts.get(path));
  });
});

describe("of another fleet", () => {
  const text = readFileSync(join(root, "manifest.yaml"), "utf8");
  const charlie = `  - id: charlie
    roe_level: ANALYSIS_ONLY
    actions: [ALERT_ONLY]
    compartments: [SOC]
    api_keys: [default]
    ingest_port: 8699
    retention: { hot: 24h, soc: 7d, archive: 30d }
`;
  let model: Model;
  let declared: readonly Declared[];
  beforeAll(async () => {
    model = loadManifestText(`${text.trimEnd()}\n${charlie}`);
    declared = await recordFleet(root, model);
  }, 180_000);

  it("a further tenant is in each of them", () => {
    expect(tenantsPage(model)).toContain("| `charlie` |");
    expect(portsPage(model)).toContain("172.20.0.10:8699");
    expect(topologyPage(model)).toContain("alpha, bravo, charlie");
    expect(topologyPage(model)).toContain('"8699 charlie"');
    expect(dataPlanePage(model, declared)).toMatch(/`dsmil_charlie` .* 30 days \|/);
    expect(certificatesPage(declared)).toMatch(/`ingest_charlie` .* node-a `\/etc\/dsmil\/ingest\/charlie` \|/);
  });

  it("every certificate and every signing key is listed, once", () => {
    const page = certificatesPage(declared);
    const certificates = declared.filter(({ type }) => /SignedCert$/.test(type));
    expect(certificates.length).toBeGreaterThan(15);
    for (const { name } of certificates) expect(page.split(`\n| \`${name}\` |`), name).toHaveLength(2);
    expect(page.match(/tenant charlie, /g)).toHaveLength(2);
  });

  it("every published port is listed, and no port of a container is forgotten", () => {
    const page = portsPage(model);
    for (const { node, publish } of model.containers) {
      const address = model.nodes.find(({ id }) => id === node)?.address;
      for (const { external } of publish) expect(page).toContain(`| ${address}:${external} |`);
    }
    for (const { id, node, port } of model.services) {
      expect(page, id).toMatch(new RegExp(`\\| ${node} \\|.*(\\b${port} \\| ${id}|${id} .*port ${port}\\b)`));
    }
  });
});

describe("a diagram", () => {
  it("names no box twice, and draws lines between boxes alone", () => {
    for (const [, diagram = ""] of topologyPage(loadModel(join(root, "manifest.yaml"))).matchAll(
      /```mermaid\n(.*?)```/gs,
    )) {
      const boxes = [...diagram.matchAll(/^ +(\w+)[[(]/gm)].map(([, id]) => id);
      expect(new Set(boxes).size).toBe(boxes.length);
      for (const [, from, to] of diagram.matchAll(/^ +(\w+) -[^ ]*(?:\|.*\|)? (\w+)$/gm)) {
        expect(boxes).toContain(from);
        expect(boxes).toContain(to);
      }
    }
  });
});
