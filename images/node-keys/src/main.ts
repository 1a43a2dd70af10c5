import { readConfig } from "./config.ts";
import { prepareKey } from "./prepare-key.ts";

try {
  process.stdout.write(JSON.stringify(await prepareKey(readConfig(process.env))));
} catch (error) {
  // The deployer shows this text as it is: what is wrong, and the remedy.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
