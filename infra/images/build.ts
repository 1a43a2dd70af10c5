import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageEntry, imageEntry } from "./catalogue.ts";
import { buildClient } from "./client.ts";
import { buildDockerfile } from "./dockerfile.ts";
import { engineArchitecture, engineImages } from "./engine-images.ts";
import { hostSettings } from "./host-settings.ts";
import { Lanes } from "./lanes.ts";
import { buildRootfs } from "./rootfs.ts";
import { imageTag } from "./tag.ts";

export interface BuildOptions {
  /** Told what goes on, in one line; called often. */
  readonly progress?: (message: string) => void;
  /** Aborts the builds that run; nothing half-built gets a tag, and the next call goes on from there. */
  readonly signal?: AbortSignal;
}

/** How many images are built at a time; apt and the disk are the limit, not their number. */
const PARALLEL = 2;

/**
 * Builds the images, and the bases they stand on, that this machine's engine does not have yet: bases first, two at a
 * time. An image whose tag exists is never built again, as its tag says that its sources are the same.
 * @param names catalogue names
 * @returns references of the images that were built, in the order they were finished
 * @throws Error naming the image, with the last lines of its build log.
 */
export async function buildImages(
  root: string,
  names: readonly string[],
  options: BuildOptions = {},
): Promise<string[]> {
  const wanted = withBases(root, names);
  const client = await buildClient();
  const present = await engineImages(client, options.signal);
  const missing = wanted.filter((entry) => !present.has(imageTag(root, entry.name)));
  if (missing.length === 0) return [];

  const folder = mkdtempSync(join(tmpdir(), "dsmil-images-"));
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, options.signal]);
  const started = performance.now();
  const built: string[] = [];
  const lanes = new Lanes(PARALLEL);
  const runs = new Map<string, Promise<void>>();
  try {
    const shared = {
      root,
      client,
      settings: await hostSettings(folder),
      architecture: await engineArchitecture(client, signal),
      signal,
    };
    const say = (name: string, text: string): void => {
      const seconds = Math.round((performance.now() - started) / 1000);
      options.progress?.(`${built.length}/${missing.length} ${name} (${seconds}s): ${text}`);
    };
    const build = async (entry: ImageEntry): Promise<void> => {
      await (entry.base === undefined ? undefined : runs.get(entry.base));
      await lanes.run(async () => {
        signal.throwIfAborted();
        say(entry.name, "building");
        const own = join(folder, entry.name);
        mkdirSync(own);
        const context = { ...shared, folder: own, progress: (line: string) => say(entry.name, line) };
        await buildOne(root, entry, context);
        built.push(imageTag(root, entry.name));
        rmSync(own, { recursive: true, force: true });
        say(entry.name, "built");
      });
    };
    for (const entry of missing) {
      const run = build(entry);
      // One failure ends the others; the first error is the one to show.
      run.catch((error: unknown) => failed.abort(error));
      runs.set(entry.name, run);
    }
    await Promise.allSettled(runs.values());
    signal.throwIfAborted();
    return built;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildOne(root: string, entry: ImageEntry, context: Parameters<typeof buildRootfs>[2]): Promise<void> {
  const tag = imageTag(root, entry.name);
  try {
    if (entry.kind === "rootfs") await buildRootfs(entry, tag, context);
    else await buildDockerfile(entry, tag, entry.base === undefined ? undefined : imageTag(root, entry.base), context);
  } catch (error) {
    context.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`image ${tag} could not be built: ${why}`, { cause: error });
  }
}

/** The images and all they stand on, each once, bases first. */
function withBases(root: string, names: readonly string[]): ImageEntry[] {
  const found = new Map<string, ImageEntry>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const entry = imageEntry(root, name);
    if (entry.base !== undefined) add(entry.base);
    found.set(name, entry);
  };
  for (const name of names) add(name);
  return [...found.values()];
}
