import { ConfigError } from "./environment.ts";

/** What a service's `main.ts` runs: starts it, and on a failed start says why in one JSON line and exits with 1. */
export async function startMain(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : undefined;
    const { message, stack } = error as Error;
    const line = { level: "fatal", time: new Date().toISOString(), msg: "start failed", problems, reason: message };
    process.stderr.write(`${JSON.stringify(problems ? { ...line, reason: undefined } : { ...line, stack })}\n`);
    process.exit(1);
  }
}
