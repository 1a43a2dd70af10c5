import { startProposing } from "../../runtime/policy/start-proposing.ts";
import { createAgent } from "./app.ts";
import { readConfig } from "./config.ts";

await startProposing(readConfig, createAgent);
