/** A model as `GET /v1/models` lists it. */
export interface ModelEntry {
  readonly id: string;
  readonly object: "model";
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: "dsmil";
}

/** The release of the platform that brought the API: 1 December 2025; workers do not say when theirs was made. */
const CREATED = 1_764_547_200;

/** The models on offer in the list format of the OpenAI API. */
export function modelEntry(id: string): ModelEntry {
  return { id, object: "model", created: CREATED, owned_by: "dsmil" };
}
