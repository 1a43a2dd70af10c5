import { readFileSync } from "node:fs";
import type { Environment } from "../environment.ts";
import { MLDSA87 } from "../pqc/keys.ts";

/** Where models are and whom they are believed. */
export interface ModelSettings {
  /** Folder with a folder a model, with a folder a version. */
  readonly folder: string;
  /**
   * Hex of the fleet root's raw ML-DSA-87 public key, read at the moment of use.
   * @throws Error when there is none
   */
  readonly root: () => string;
  readonly pollMs: number;
}

const KEY = new RegExp(`^[0-9a-f]{${2 * MLDSA87.publicKey}}$`);

/** Reads MODELS_DIR, FLEET_ROOT_FILE and MODELS_POLL_MS. Neither has to exist: what is missing shows in /health. */
export function readModelSettings(env: Environment): ModelSettings {
  const file = env.path("FLEET_ROOT_FILE", "/etc/dsmil/ca/fleet-root.pub");
  return {
    folder: env.path("MODELS_DIR", "/opt/dsmil/models"),
    root: () => rootKey(file),
    pollMs: env.integer("MODELS_POLL_MS", { min: 50, max: 3_600_000, default: 5000 }),
  };
}

function rootKey(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(
      `the fleet root's key ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unreadable"}`,
    );
  }
  if (!KEY.test(text)) throw new Error(`${file} holds no ML-DSA-87 public key in hex`);
  return text;
}
