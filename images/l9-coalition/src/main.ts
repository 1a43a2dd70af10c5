import { startProposing } from "../../runtime/policy/start-proposing.ts";
import { createCoalition } from "./app.ts";
import { readConfig } from "./config.ts";

await startProposing(readConfig, createCoalition);
