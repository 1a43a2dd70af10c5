import { Command, CommanderError } from "commander";
import { registerCompletion } from "./completion.ts";
import { registerConfig } from "./config.ts";
import { CtlError, CtlExit } from "./ctl-error.ts";
import { registerDevice } from "./device.ts";
import { registerIncident } from "./incident.ts";
import { registerL7 } from "./l7.ts";
import { registerLogs } from "./logs.ts";
import { paintFor } from "./paint.ts";
import { registerSlo } from "./slo.ts";
import { registerSoc } from "./soc.ts";
import { registerStatus } from "./status.ts";
import { registerTenant } from "./tenant.ts";
import { registerValidate } from "./validate.ts";

/** dsmilctl: what operators see of a fleet, asked of each node's control API with a certificate. */
const program = new Command("dsmilctl")
  .description("See a dsmil fleet: asks every node's control API with an operator's certificate.")
  .version("0.1.0")
  .option("--config <file>", "configuration (default: ~/.config/dsmil/config.yaml, or DSMILCTL_CONFIG)")
  .option("--context <name>", "fleet to ask, where there are several")
  .showHelpAfterError("(run with --help for what is accepted)")
  .showSuggestionAfterError()
  .exitOverride();

for (const register of [
  registerStatus,
  registerTenant,
  registerDevice,
  registerLogs,
  registerSlo,
  registerSoc,
  registerL7,
  registerIncident,
  registerValidate,
  registerConfig,
]) {
  register(program);
}
registerCompletion(program);

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// A single executable is CommonJS, which has no await here.
program.parseAsync().catch((error: unknown) => {
  const paint = paintFor(process.stderr);
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
  else if (error instanceof CtlExit) process.exitCode = error.code;
  else if (error instanceof CtlError) {
    process.stderr.write(`${paint.red("error:")} ${error.message}\n${paint.bold("remedy:")} ${error.remedy}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(
      `${paint.red("error:")} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 70;
  }
});
