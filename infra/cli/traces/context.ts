import { nodeLink } from "../../provider/connect.ts";
import type { HandlerContext } from "../../provider/handler.ts";

/** What the stores' connectors need of whoever uses them, for a command that only looks. */
export function lookingContext(): HandlerContext {
  const nothing = (): void => undefined;
  return {
    urn: "dsmil traces",
    connect: nodeLink,
    progress: nothing,
    warn: nothing,
    hide: nothing,
    signal: AbortSignal.timeout(60_000),
  };
}
