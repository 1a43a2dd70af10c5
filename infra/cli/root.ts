import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project folder: where manifest.yaml and Pulumi.yaml are, whatever folder the command was typed in. */
export const projectRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
