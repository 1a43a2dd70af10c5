import { EnrichmentError } from "../../../runtime/soc/enrichment.ts";
import { ApiError } from "../api-error.ts";

/** What `parse` reads; what is wrong with it becomes a 400 with the field in `param`. */
export function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof EnrichmentError)) throw error;
    throw new ApiError(400, "invalid_request", error.message, error.param);
  }
}
