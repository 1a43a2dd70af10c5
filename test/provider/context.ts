import type { HandlerContext, NodeLink } from "../../infra/provider/handler.ts";

/** Thrown by a test context in the place of a crash of the plugin. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** A context for a handler under test, with everything it said. */
export interface RecordedContext extends HandlerContext {
  readonly steps: string[];
  readonly warnings: string[];
  readonly hidden: string[];
}

/**
 * A context over the given connections.
 * @param crashAt the step (1 is the first call of `progress`) that dies instead of running; 0: none.
 */
export function recordedContext(
  connect: (node: string) => Promise<NodeLink>,
  crashAt = 0,
  signal: AbortSignal = new AbortController().signal,
): RecordedContext {
  const steps: string[] = [];
  const warnings: string[] = [];
  const hidden: string[] = [];
  return {
    urn: "urn:pulumi:test::dsmil::dsmil:index:Test::test",
    connect,
    signal,
    steps,
    warnings,
    hidden,
    hide: (secret) => void hidden.push(secret),
    warn: (message) => void warnings.push(message),
    progress(message) {
      steps.push(message);
      if (steps.length === crashAt) throw new Crash(`died before step ${crashAt}: ${message}`);
    },
  };
}
