import { Command, CommanderError } from "commander";
import { closeConnections } from "../access/connection.ts";
import { registerAlerts } from "./alerts.ts";
import { registerAudit } from "./audit.ts";
import { registerBench } from "./bench.ts";
import { registerCheck } from "./check.ts";
import { registerCoalition } from "./coalition.ts";
import { registerCockpit } from "./cockpit.ts";
import { registerCtl } from "./ctl.ts";
import { registerDashboards } from "./dashboards.ts";
import { registerDbe } from "./dbe.ts";
import { registerDestroy } from "./destroy.ts";
import { registerDocs } from "./docs.ts";
import { registerDrill } from "./drill.ts";
import { registerEnv } from "./env.ts";
import { ExitError, reportError } from "./errors.ts";
import { registerEvents } from "./events.ts";
import { registerImages } from "./images.ts";
import { registerIsolation } from "./isolation.ts";
import { registerLab } from "./lab.ts";
import { registerLogs } from "./logs.ts";
import { registerManifest } from "./manifest.ts";
import { registerMetrics } from "./metrics.ts";
import { registerModels } from "./models.ts";
import { registerOfficer } from "./officer.ts";
import { registerOperator } from "./operator.ts";
import { registerPlan } from "./plan.ts";
import { registerPolicy } from "./policy.ts";
import { registerRollback } from "./rollback.ts";
import { registerStatus } from "./status.ts";
import { registerStop } from "./stop.ts";
import { registerTenant } from "./tenant.ts";
import { registerTest } from "./test.ts";
import { registerTraces } from "./traces.ts";
import { registerUp } from "./up.ts";
import { registerValidate } from "./validate.ts";

const program = new Command("dsmil")
  .description("Deploy and operate a multi-tenant security-operations platform from one manifest, on Pulumi.")
  .version("0.1.0")
  // A command may have a --version of its own: `model sign --version 1.0.0`.
  .enablePositionalOptions()
  .showHelpAfterError("(run with --help for what is accepted)")
  .exitOverride();

for (const register of [
  registerUp,
  registerPlan,
  registerRollback,
  registerStatus,
  registerAlerts,
  registerManifest,
  registerTenant,
  registerEvents,
  registerLogs,
  registerIsolation,
  registerDrill,
  registerValidate,
  registerDashboards,
  registerCockpit,
  registerDbe,
  registerOfficer,
  registerOperator,
  registerCtl,
  registerStop,
  registerCoalition,
  registerAudit,
  registerTraces,
  registerMetrics,
  registerDestroy,
  registerLab,
  registerImages,
  registerPolicy,
  registerModels,
  registerEnv,
  registerCheck,
  registerDocs,
  registerTest,
  registerBench,
]) {
  register(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 64;
  else if (error instanceof ExitError) process.exitCode = error.code;
  else process.exitCode = reportError(error);
} finally {
  // An open SSH connection would keep the process alive.
  await closeConnections();
}
