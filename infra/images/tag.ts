import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { CHILD_OPTIONS, childEntries } from "./bundle-children.ts";
import { BUNDLE_OPTIONS } from "./bundle-options.ts";
import { type ImageEntry, imageCatalogue, imageEntry, RELEASE } from "./catalogue.ts";
import { contextFiles } from "./context.ts";
import { GO_BUILD, goSources } from "./go-sources.ts";
import { type Lockfile, lockedPackages } from "./locked-packages.ts";
import { sourceGraph } from "./source-graph.ts";

const known = new Map<string, ReadonlyMap<string, string>>();

/**
 * Reference of an image, `dsmil-redis:v5.0-0123456789ab`: the tag is a hash of everything the image is made from, its
 * base included, so equal sources have equal tags on every machine and any change makes a new image. Needs no engine.
 * Sources are read once a process.
 * @throws Error when no image has that name or its folder is not there.
 */
export function imageTag(root: string, name: string): string {
  let tags = known.get(root);
  if (tags === undefined) {
    tags = imageTags(root);
    known.set(root, tags);
  }
  const tag = tags.get(name);
  if (tag !== undefined) return tag;
  const missing = folders(root, imageEntry(root, name)).find((folder) => !isFolder(folder)) ?? root;
  throw new Error(`${name}: the folder ${relative(root, missing)} is missing; is ${root} the project's folder?`);
}

/** References of all images whose folder is there, by name, from the sources as they are now. */
export function imageTags(root: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const texts = new Map<string, string | undefined>();
  let parsed: Lockfile | undefined;
  const lock = (): Lockfile => {
    parsed ??= JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lockfile;
    return parsed;
  };
  for (const entry of imageCatalogue(root)) {
    const base = entry.base === undefined ? "" : tags.get(entry.base);
    if (base === undefined || !folders(root, entry).every(isFolder)) continue;
    const hash = createHash("sha256");
    const add = (...parts: string[]): void => {
      for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
    };
    add(
      base,
      entry.kind,
      JSON.stringify([
        entry.settings,
        entry.vendor,
        entry.dockerfile,
        ...(entry.packageFiles ?? []),
        ...(entry.packageTrees ?? []),
      ]),
    );
    addContext(entry, add);
    if (entry.program !== undefined) {
      for (const [path, text] of goSources(root, entry.program)) add(path, text);
      add(...GO_BUILD, ...(entry.programPackage === undefined ? [] : [entry.programPackage]));
    }
    if (entry.packages !== undefined) add(...lockedPackages(lock(), entry.packages));
    if (entry.kind === "service") {
      const graph = sourceGraph(join(entry.context, "src/main.ts"), texts);
      const children = childEntries(entry);
      const graphs = children.map((child) => sourceGraph(child, texts));
      const files = new Map([graph, ...graphs].flatMap((one) => [...one.files]));
      const sources = [...files].map(([path, text]) => [relative(root, path), text] as const);
      for (const [path, text] of sources.sort(([a], [b]) => (a < b ? -1 : 1))) add(path, text);
      add(JSON.stringify(BUNDLE_OPTIONS), ...lockedPackages(lock(), graph.packages));
      if (children.length > 0) add(JSON.stringify([CHILD_OPTIONS, entry.children]));
    }
    tags.set(entry.name, `${entry.name}:${RELEASE}-${hash.digest("hex").slice(0, 12)}`);
  }
  return tags;
}

/** Folders that an image's own sources are in. */
function folders(root: string, { context, program }: ImageEntry): string[] {
  return program === undefined ? [context] : [context, join(root, program)];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Names, permission to execute, and contents; times and owners do not matter. */
function addContext(entry: ImageEntry, add: (...parts: string[]) => void): void {
  for (const path of contextFiles(entry.context, entry.kind === "service")) {
    const file = join(entry.context, path);
    const mode = (statSync(file).mode & 0o100) === 0 ? "-" : "x";
    add(path, mode, readFileSync(file, "latin1"));
  }
}
