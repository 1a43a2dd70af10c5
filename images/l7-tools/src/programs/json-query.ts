import { serve } from "../sandbox/serve.ts";
import { jsonQuery } from "../tools/json-query.ts";

serve(jsonQuery);
