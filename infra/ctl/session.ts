import type { Command } from "commander";
import { type Credentials, readCredentials } from "./ask-node.ts";
import { type CtlNode, chosenContext, configPath, readConfig } from "./config-file.ts";
import { CtlError } from "./ctl-error.ts";
import { type Paint, paintFor, safeJson } from "./paint.ts";

/** What a command asks with and prints to. */
export interface Session {
  readonly nodes: readonly CtlNode[];
  /** The API of Layer 7, where the configuration has it. */
  readonly l7?: CtlNode;
  readonly credentials: Credentials;
  readonly paint: Paint;
  /** Columns to lay out for. */
  readonly width: number;
}

interface Globals {
  readonly config?: string;
  readonly context?: string;
}

const NARROWEST = 80;

/** Reads configuration and certificate as a command's options say. @throws CtlError saying what is missing */
export function sessionOf(command: Command): Session {
  const { config, context } = command.optsWithGlobals<Globals>();
  const path = configPath(config);
  const chosen = chosenContext(readConfig(path), path, context);
  if (chosen.nodes.length === 0) throw new CtlError("the context has no node", "dsmilctl config add-node NAME ADDRESS");
  const width = Math.max(NARROWEST, process.stdout.columns ?? NARROWEST);
  const { nodes, l7 } = chosen;
  const credentials = readCredentials(chosen);
  return { nodes, ...(l7 && { l7 }), credentials, paint: paintFor(process.stdout), width };
}

/** Prints an answer as JSON. */
export const printJson = (value: unknown): void => void process.stdout.write(`${safeJson(value)}\n`);
