import { serve } from "../sandbox/serve.ts";
import { ipInfo } from "../tools/ip-info.ts";

serve(ipInfo);
