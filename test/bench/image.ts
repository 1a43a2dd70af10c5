import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readAccess } from "../../infra/access/access.ts";
import { connect } from "../../infra/access/connection.ts";
import { buildImages } from "../../infra/images/build.ts";
import { buildClient } from "../../infra/images/client.ts";
import { imageTag } from "../../infra/images/tag.ts";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import { run } from "./run.ts";

const NAME = "dsmil-bench";
const BASE = "dsmil-node-base";

/** Builds the benchmark's image where it is missing and brings it to the nodes; images are no part of what is measured. */
export async function imageOnNodes(
  root: string,
  nodes: readonly string[],
  step: (text: string) => void,
): Promise<string> {
  const context = join(root, "test/bench/image");
  const base = imageTag(root, BASE);
  const hash = createHash("sha256")
    .update(base)
    .update(readFileSync(join(context, "Dockerfile")));
  const ref = `${NAME}:${hash.digest("hex").slice(0, 12)}`;
  const there = await run(["docker", "image", "ls", "-q", ref], { cwd: root });
  if (there.trim() === "") {
    await buildImages(root, [BASE], { progress: step });
    step(`building ${ref}`);
    const { path, builder } = await buildClient();
    await run([path, "build", "--build-arg", `BASE=${base}`, "--tag", ref, context], {
      cwd: root,
      env: { DOCKER_BUILDKIT: builder === "buildkit" ? "1" : "0" },
    });
  }
  for (const node of nodes) {
    const link = await connect(readAccess(root, node));
    const found = await link.exec(["docker", "image", "inspect", "-f", "{{.Id}}", ref]);
    if (found.code === 0) continue;
    step(`sending ${ref} to ${node}`);
    await transfer(link, node, [ref], AbortSignal.timeout(120_000));
  }
  return ref;
}

/** Takes the image off the nodes again. */
export async function removeImage(root: string, nodes: readonly string[], ref: string): Promise<void> {
  for (const node of nodes) {
    const link = await connect(readAccess(root, node));
    await link.exec(["docker", "image", "rm", ref]);
  }
}
