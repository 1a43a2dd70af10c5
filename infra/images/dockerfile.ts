import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BuildContext } from "./build-context.ts";
import { bundleService } from "./bundle.ts";
import { bundleChildren, childEntries } from "./bundle-children.ts";
import type { ImageEntry } from "./catalogue.ts";
import { contextFiles } from "./context.ts";
import { buildGoProgram } from "./go-program.ts";
import { imageLabels } from "./labels.ts";
import { copyPackageFiles } from "./package-files.ts";
import { copyPackageTrees } from "./package-trees.ts";
import { runProcess } from "./process.ts";

/** Builds an image by its Dockerfile from a copy of exactly the files that its tag was made from. */
export async function buildDockerfile(
  entry: ImageEntry,
  tag: string,
  base: string | undefined,
  context: BuildContext,
): Promise<void> {
  const { client, settings, folder, signal } = context;
  const staged = join(folder, "context");
  mkdirSync(staged);
  for (const path of contextFiles(entry.context, entry.kind === "service")) {
    mkdirSync(dirname(join(staged, path)), { recursive: true });
    cpSync(join(entry.context, path), join(staged, path));
  }
  if (entry.kind === "service") {
    context.progress("bundling");
    await bundleService(context.root, entry.context, join(staged, "main.js"));
    await bundleChildren(context.root, childEntries(entry), join(staged, entry.children?.to ?? ""));
  }
  if (entry.program !== undefined) {
    await buildGoProgram(context, entry.program, join(staged, basename(entry.program)), entry.programPackage);
  }
  if (entry.packageFiles !== undefined) {
    copyPackageFiles(context.root, join(staged, "node_modules"), entry.packageFiles, context.architecture);
  }
  if (entry.packageTrees !== undefined) {
    copyPackageTrees(context.root, join(staged, "node_modules"), entry.packageTrees, context.architecture);
  }
  const file = join(staged, entry.dockerfile ?? "Dockerfile");
  if (!existsSync(file)) throw new Error(`${entry.context} has no Dockerfile`);
  if (client.builder === "classic") writeFileSync(file, withoutMounts(readFileSync(file, "utf8")));

  const from = base ?? vendorImage(entry);
  const args = [
    ...(from === undefined ? [] : ["--build-arg", `BASE=${from}`]),
    ...Object.entries(settings.proxies).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...imageLabels(entry.name).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...["--file", file, "--tag", tag],
  ];
  const secrets = {
    "apt-sources": settings.aptSources,
    "ca-bundle": settings.caBundle,
    "pip-config": settings.pipConfig,
  };
  if (client.builder === "buildkit") {
    args.push("--progress", "plain");
    for (const [id, path] of Object.entries(secrets)) args.push("--secret", `id=${id},src=${path}`);
  }
  await runProcess([client.path, "build", ...args, staged], {
    env: { DOCKER_BUILDKIT: client.builder === "buildkit" ? "1" : "0" },
    signal,
    essence: logLine,
    onLine: (line) => {
      const said = logLine(line);
      if (said !== "") context.progress(said);
    },
  });
}

/** A line of BuildKit's log without its numbering; empty for hashes and repetitions, which tell a reader nothing. */
function logLine(line: string): string {
  const said = line.replace(/^#\d+ (\d+\.\d+ )?/, "");
  return /^(sha256:|-+$| > \[|executor failed|ERROR: executor|DONE|CACHED|extracting|\.\.\.)/.test(said) ? "" : said;
}

/** The classic builder knows no mounts; without them a step uses the image's own mirror and authorities. */
function withoutMounts(dockerfile: string): string {
  return dockerfile.replace(/--mount=\S+\s+(\\\n\s*)?/g, "");
}

function vendorImage({ vendor }: ImageEntry): string | undefined {
  if (vendor === undefined) return undefined;
  return vendor.digest === undefined ? vendor.image : `${vendor.image}@${vendor.digest}`;
}
