import { readFileSync } from "node:fs";
import type { Server } from "node:tls";
import type { Log } from "../log.ts";
import { pause } from "../pause.ts";

/** A server's certificate and key, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Reads `tls.crt` and `tls.key` of a folder. */
export function readTlsFiles(folder: string): TlsFiles {
  return { cert: readFileSync(`${folder}/tls.crt`, "utf8"), key: readFileSync(`${folder}/tls.key`, "utf8") };
}

export interface FollowOptions {
  /** The running server. */
  readonly server: Pick<Server, "setSecureContext">;
  readonly folder: string;
  /** What the server has now. */
  readonly files: TlsFiles;
  /** PEM of the authority of clients' certificates, where they are asked for. */
  readonly ca?: string;
  readonly log: Log;
  /** Default 30,000 ms. */
  readonly everyMs?: number;
}

/** Gives a running server a renewed certificate, without a restart, until `signal` aborts. Never throws. */
export async function followTlsFiles(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { server, folder, ca, log, everyMs = 30_000 } = options;
  let known = JSON.stringify(options.files);
  while (!signal.aborted) {
    await pause(everyMs, signal);
    try {
      const files = readTlsFiles(folder);
      if (JSON.stringify(files) === known) continue;
      server.setSecureContext({ ...files, ...(ca && { ca }), minVersion: "TLSv1.2" });
      known = JSON.stringify(files);
      log.info({ folder }, "certificate renewed");
    } catch (error) {
      // Between two renames certificate and key do not belong together: the next look finds both.
      log.warn({ folder, reason: (error as Error).message }, "certificate not renewed; trying again");
    }
  }
}
