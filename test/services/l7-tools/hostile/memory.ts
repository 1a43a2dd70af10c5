import { serve } from "../../../../images/l7-tools/src/sandbox/serve.ts";

// Within V8's heap, or beside it: 1 GiB that is written to.
serve<{ readonly heap: boolean }>(({ heap }) => {
  const held: unknown[] = [];
  for (let i = 0; i < 1024; i++)
    held.push(heap ? Array.from({ length: 131_072 }, (_, at) => at + i + 0.5) : Buffer.alloc(1 << 20, i));
  return { held: held.length };
});
