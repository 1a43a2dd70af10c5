import type { Environment } from "../../../runtime/environment.ts";

/** How a node takes log lines of one tenant. */
export interface IngestConfig {
  /** TLS port; 0 takes a free one. */
  readonly port: number;
  /** Folder with tls.crt, tls.key and token_sha256. */
  readonly folder: string;
  /** Folder on a disk for the buffer. */
  readonly bufferDir: string;
  /** Bytes of events that the buffer holds at most. */
  readonly maxBytes: number;
}

const MIB = 1024 * 1024;

/** Reads INGEST_PORT, INGEST_DIR, BUFFER_DIR, BUFFER_MAX_BYTES; undefined where the tenant has no ingest here. */
export function readIngest(env: Environment): IngestConfig | undefined {
  const port = env.integer("INGEST_PORT", { min: -1, max: 65535, default: -1 });
  if (port < 0) return undefined;
  const folder = env.path("INGEST_DIR", "/run/dsmil/ingest");
  for (const name of ["tls.crt", "tls.key", "token_sha256"]) env.file(`INGEST_DIR/${name}`, `${folder}/${name}`);
  return {
    port,
    folder,
    bufferDir: env.path("BUFFER_DIR", "/buffer"),
    maxBytes: env.integer("BUFFER_MAX_BYTES", { min: MIB, max: 65_536 * MIB, default: 256 * MIB }),
  };
}
