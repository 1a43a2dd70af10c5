import { serve } from "../../../../images/l7-tools/src/sandbox/serve.ts";

serve<object>(() => ({ text: "x".repeat(10 << 20) }));
