import { serve } from "../sandbox/serve.ts";
import { extractIndicators } from "../tools/extract-indicators.ts";

serve(extractIndicators);
