import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs on this machine what would run in a container.
 * @param places folder in the container → folder here
 */
export async function runHere(argv: readonly string[], places: Readonly<Record<string, string>>) {
  const programs = { "/bin/busybox ": "", "/usr/local/bin/node": process.execPath };
  const here = (text: string): string =>
    Object.entries({ ...programs, ...places }).reduce((all, [there, local]) => all.replaceAll(there, local), text);
  const [program = "", ...args] = argv.filter((word) => word !== "/bin/busybox").map(here);
  const { stdout, stderr } = await run(program, args);
  return { code: 0, stdout, stderr };
}
