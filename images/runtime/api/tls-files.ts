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
  /** PEM of the authority of clients' certificates, where the server asks for them. */
  readonly clientCa?: string;
  /** File of that authority, where it is renewed by itself and followed, too. */
  readonly clientCaFile?: string;
  readonly log: Log;
  /** Default 30,000 ms. */
  readonly everyMs?: number;
}

/** Gives a running server a renewed certificate, and authority of its clients, without a restart, until `signal` aborts. Never throws. */
export async function followTlsFiles(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { server, folder, clientCaFile, log, everyMs = 30_000 } = options;
  const bundle = ({ cert, key }: TlsFiles, ca: string | undefined) => ({ cert, key, ...(ca && { ca }) });
  let known = JSON.stringify(bundle(options.files, options.clientCa));
  while (!signal.aborted) {
    await pause(everyMs, signal);
    try {
      const ca = clientCaFile === undefined ? options.clientCa : readFileSync(clientCaFile, "utf8");
      const files = bundle(readTlsFiles(folder), ca);
      if (JSON.stringify(files) === known) continue;
      server.setSecureContext({ ...files, minVersion: "TLSv1.2" });
      known = JSON.stringify(files);
      log.info({ folder }, "certificate renewed");
    } catch (error) {
      // Between two renames certificate and key do not belong together: the next look finds both.
      log.warn({ folder, reason: (error as Error).message }, "certificate not renewed; trying again");
    }
  }
}
