import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { readInstall } from "./install.ts";
import { toolPaths } from "./paths.ts";

/**
 * The environment in which plain `pulumi` works on this project: what to add to the caller's own. What the user has set
 * (backend, passphrase) is not in it.
 *
 * @param root the project folder
 * @param user the environment it goes on top of
 */
export function pulumiEnv(root: string, user: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const paths = toolPaths(root);
  const install = readInstall(root);
  const env: Record<string, string> = {
    PATH: withFirst(user.PATH ?? "", [nodeFolder(paths.node), ...(install ? [install.bin] : [])]),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Commands are short-lived: fewer collections in the Go programs cost some memory and save a tenth of their work.
    GOGC: user.GOGC ?? "400",
    // Policy packs are compiled by Pulumi's runner; types are checked by `npm run check`, once, not at every start.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    NODE_COMPILE_CACHE: paths.nodeCache,
  };
  if (install && install.kind !== "installed") env.PULUMI_HOME = paths.home;
  if (install?.kind === "built") env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  if (!user.PULUMI_BACKEND_URL) env.PULUMI_BACKEND_URL = `file://${paths.state}`;
  if (user.PULUMI_CONFIG_PASSPHRASE === undefined && !user.PULUMI_CONFIG_PASSPHRASE_FILE) {
    env.PULUMI_CONFIG_PASSPHRASE_FILE = paths.passphrase;
  }
  return env;
}

/** npm's Node 24, or the one that runs this where npm could not bring one for the platform. */
function nodeFolder(fromNpm: string): string {
  return existsSync(fromNpm) ? fromNpm : dirname(process.execPath);
}

/** `path` with `folders` in front, each once. */
function withFirst(path: string, folders: readonly string[]): string {
  const rest = path.split(delimiter).filter((folder) => folder !== "" && !folders.includes(folder));
  return [...new Set(folders), ...rest].join(delimiter);
}
