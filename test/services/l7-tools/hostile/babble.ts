import { writeSync } from "node:fs";
import { serve } from "../../../../images/l7-tools/src/sandbox/serve.ts";

// Says something before its reply.
serve<object>(() => {
  writeSync(1, '{"output":{"mine":true}}\n');
  return { mine: false };
});
