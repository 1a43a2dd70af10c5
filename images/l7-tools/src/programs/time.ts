import { serve } from "../sandbox/serve.ts";
import { time } from "../tools/time.ts";

serve(time);
