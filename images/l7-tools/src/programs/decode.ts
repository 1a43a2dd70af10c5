import { serve } from "../sandbox/serve.ts";
import { decode } from "../tools/decode.ts";

serve(decode);
