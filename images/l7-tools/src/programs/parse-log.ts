import { serve } from "../sandbox/serve.ts";
import { parseLog } from "../tools/parse-log.ts";

serve(parseLog);
