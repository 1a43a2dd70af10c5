import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { buildImages } from "../../infra/images/build.ts";
import { buildClient } from "../../infra/images/client.ts";
import { imageTag } from "../../infra/images/tag.ts";

export const root = resolve(import.meta.dirname, "../..");

/** How a docker command ended. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs docker; a failure is a result. */
export async function tryDocker(args: readonly string[], stdin = ""): Promise<Said> {
  const { path } = await buildClient();
  return new Promise((done) => {
    const child = execFile(path, [...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr }),
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
  });
}

/** Runs docker, which has to succeed. */
export async function docker(args: readonly string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args, stdin);
  if (code !== 0) throw new Error(`docker ${args.slice(0, 3).join(" ")}: ${stderr || stdout}`);
  return stdout.trim();
}

/** Reference of an image, which is built when it is missing. */
export async function image(name: string): Promise<string> {
  await buildImages(root, [name]);
  return imageTag(root, name);
}

/** Tries until `ask` neither throws nor answers undefined. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, seconds = 30): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = "no answer";
    } catch (error) {
      last = error;
    }
    await new Promise((next) => setTimeout(next, 100));
  } while (Date.now() < deadline);
  throw new Error(`${what}: not within ${seconds} s: ${String(last)}`);
}
