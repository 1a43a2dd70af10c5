import { startProposing } from "../../runtime/policy/start-proposing.ts";
import { createCoa } from "./app.ts";
import { readConfig } from "./config.ts";

await startProposing(readConfig, createCoa);
