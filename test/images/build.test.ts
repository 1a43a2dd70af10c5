import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildImages } from "../../infra/images/build.ts";
import { buildClient } from "../../infra/images/client.ts";
import { engineImages } from "../../infra/images/engine-images.ts";
import { pruneImages } from "../../infra/images/prune.ts";
import { imageTags } from "../../infra/images/tag.ts";
import { docker, image, root } from "./engine.ts";

const NAME = "dsmil-haproxy";

describe("building images", () => {
  let copy: string;
  const onEngine = async (): Promise<Set<string>> => engineImages(await buildClient());
  const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("dsmil-images-"));
  /** The image's Dockerfile in a copy of the sources; its tag. */
  const dockerfile = (steps: string): string => {
    writeFileSync(join(copy, "images/haproxy/Dockerfile"), `ARG BASE\nFROM \${BASE}\n${steps}\n`);
    return imageTags(copy).get(NAME) ?? "";
  };

  beforeAll(() => image(NAME));
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "t-images-"));
    cpSync(join(root, "images"), join(copy, "images"), { recursive: true });
    cpSync(join(root, "package-lock.json"), join(copy, "package-lock.json"));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it("does nothing for what is there", async () => {
    const started = performance.now();
    expect(await buildImages(root, [NAME])).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("builds what is missing, once, says what it does, and prunes what is old", async () => {
    const tag = dockerfile("RUN echo something new");
    const lines: string[] = [];
    expect(await buildImages(copy, [NAME], { progress: (line) => lines.push(line) })).toEqual([tag]);
    expect(lines[0]).toBe(`0/1 ${NAME} (0s): building`);
    expect(lines.at(-1)).toMatch(new RegExp(`^1/1 ${NAME} \\(\\d+s\\): built$`));
    expect(await onEngine()).toContain(tag);
    expect(await buildImages(copy, [NAME])).toEqual([]);

    const used = await docker(["create", tag]);
    expect(await pruneImages(root, { names: [NAME] })).not.toContain(tag);
    await docker(["rm", used]);
    expect(await pruneImages(root, { names: [NAME] })).toContain(tag);
    expect(await onEngine()).not.toContain(tag);
    expect(await onEngine()).toContain(imageTags(root).get(NAME));
  });

  it("shows the log's last lines when a step fails, and leaves no tag", async () => {
    const tag = dockerfile("RUN echo the trouble is here; exit 3");
    const error = await buildImages(copy, [NAME]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(`image ${tag} could not be built`);
    expect((error as Error).message).toContain("the trouble is here");
    expect((error as Error).message.split("\n").length).toBeLessThan(25);
    expect(await onEngine()).not.toContain(tag);
    expect(leftovers()).toEqual([]);
  });

  it("stops at once when it is interrupted, and goes on at the next call", async () => {
    const tag = dockerfile("RUN sleep 30");
    const interrupted = new AbortController();
    const progress = (line: string): void => {
      if (line.includes("sleep 30")) setTimeout(() => interrupted.abort(new Error("enough")), 300);
    };
    const started = performance.now();
    await expect(buildImages(copy, [NAME], { progress, signal: interrupted.signal })).rejects.toThrow("enough");
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(await onEngine()).not.toContain(tag);
    expect(leftovers()).toEqual([]);
  });

  it("says file and line of a service that does not compile", async () => {
    await image("dsmil-node-base"); // the copy has no node_modules to make it from
    writeFileSync(join(copy, "images/l3-router/src/main.ts"), 'import { a } from "./missing.ts";\na(;\n');
    await expect(buildImages(copy, ["dsmil-l3-router"])).rejects.toThrow(
      /dsmil-l3-router:.* could not be built: cannot bundle[\s\S]*main\.ts:2:2/,
    );
  });

  it("gives every image the label by which it is found, and a user that is not root", async () => {
    for (const name of [NAME, "dsmil-node-base"]) {
      const said = await docker(["inspect", "-f", "{{json .Config}}", await image(name)]);
      const config = JSON.parse(said) as { User: string; Labels: Record<string, string> };
      expect(config.Labels["io.dsmil.image"]).toBe(name);
      expect(config.User).toBe("10001:10001");
    }
  });
});
