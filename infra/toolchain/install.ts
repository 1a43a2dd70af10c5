import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { toolPaths } from "./paths.ts";

/** The Pulumi a project folder uses. */
export interface PulumiInstall {
  /** `built` from Go modules, `downloaded` from Pulumi's release site, or `installed` by whoever set up the machine. */
  readonly kind: "built" | "downloaded" | "installed";
  /** The same for people: `built from Go modules`. */
  readonly source: string;
  /** `3.259.0` */
  readonly version: string;
  /** Folder of `pulumi` and `pulumi-language-nodejs`. */
  readonly bin: string;
  /** What it was made of, or which file it is: another key means that it has to be looked at again. */
  readonly key: string;
}

/** The recorded install of `root`; undefined before the first `ensurePulumi`, or where the record cannot be read. */
export function readInstall(root: string): PulumiInstall | undefined {
  try {
    return JSON.parse(readFileSync(toolPaths(root).record, "utf8")) as PulumiInstall;
  } catch {
    return undefined;
  }
}

/** Records `install`, atomically: a half-written record is never seen. */
export function writeInstall(root: string, install: PulumiInstall): void {
  const { record } = toolPaths(root);
  mkdirSync(dirname(record), { recursive: true });
  const fresh = `${record}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(install, null, 2)}\n`);
  renameSync(fresh, record);
}

/** Forgets the record, before its files change. */
export function forgetInstall(root: string): void {
  rmSync(toolPaths(root).record, { force: true });
}
