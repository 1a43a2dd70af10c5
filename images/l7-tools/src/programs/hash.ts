import { serve } from "../sandbox/serve.ts";
import { hash } from "../tools/hash.ts";

serve(hash);
