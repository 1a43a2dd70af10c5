import { serve } from "../sandbox/serve.ts";
import { textSearch } from "../tools/text-search.ts";

serve(textSearch);
