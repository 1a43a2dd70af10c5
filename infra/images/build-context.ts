import type { BuildClient } from "./client.ts";
import type { HostSettings } from "./host-settings.ts";

/** What every build of one run shares. */
export interface BuildContext {
  /** Project folder. */
  readonly root: string;
  readonly client: BuildClient;
  readonly settings: HostSettings;
  /** Processor of the engine, in Go's words: amd64, arm64. */
  readonly architecture: string;
  /** Empty folder for this image's temporary files; removed afterwards. */
  readonly folder: string;
  /** Takes the build log, line by line. */
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}
