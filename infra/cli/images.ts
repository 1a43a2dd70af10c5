import type { Command } from "commander";
import { buildImages } from "../images/build.ts";
import { imageTag } from "../images/tag.ts";
import { wantedImages } from "../images/wanted.ts";
import { projectModel } from "./model.ts";
import { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/** `dsmil images`: build and list the images of the manifest. */
export function registerImages(program: Command): void {
  const images = program.command("images").description("Build and list container images.");
  images
    .command("build")
    .description("Build what is missing on this machine's engine.")
    .action(async () => {
      const wanted = wantedImages(projectModel(), true);
      await new Phases().run(
        "images",
        (step) => buildImages(projectRoot, wanted, { progress: step }),
        (b) => (b.length ? `built ${b.length}` : "nothing to do"),
      );
    });
  images
    .command("list")
    .description("Print the content-addressed tag of every image.")
    .action(() => {
      for (const name of wantedImages(projectModel(), true)) process.stdout.write(`${imageTag(projectRoot, name)}\n`);
    });
}
