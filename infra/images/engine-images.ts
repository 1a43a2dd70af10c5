import type { BuildClient } from "./client.ts";
import { IMAGE_LABEL } from "./labels.ts";
import { runProcess } from "./process.ts";

/**
 * References (`name:tag`) of the images of ours that the engine holds.
 * @throws Error with a remedy when no engine answers.
 */
export async function engineImages(client: BuildClient, signal?: AbortSignal): Promise<Set<string>> {
  const list = [client.path, "image", "ls", "--filter", `label=${IMAGE_LABEL}`, "--format", "{{.Repository}}:{{.Tag}}"];
  const said = await ask(list, signal);
  return new Set(said.split("\n").filter((line) => line !== "" && !line.endsWith(":<none>")));
}

/** Processor of the engine, in Go's words: amd64, arm64. */
export async function engineArchitecture(client: BuildClient, signal?: AbortSignal): Promise<string> {
  return (await ask([client.path, "version", "--format", "{{.Server.Arch}}"], signal)).trim();
}

async function ask(argv: readonly string[], signal?: AbortSignal): Promise<string> {
  try {
    return await runProcess(argv, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the container engine does not answer; is it running, and may this user use it?\n${why}`, {
      cause: error,
    });
  }
}
