import { startProposing } from "../../runtime/policy/start-proposing.ts";
import { createStrategy } from "./app.ts";
import { readConfig } from "./config.ts";

await startProposing(readConfig, createStrategy);
