/** Steps from the top of the manifest to a value: `["tenants", 1, "id"]`. */
export type ManifestPath = readonly (string | number)[];

/** One mistake in a manifest: where it is, what was expected, and the nearest valid name where there is one. */
export interface ManifestError {
  /** The manifest as it was named on the command line. */
  readonly file: string;
  /** From 1; 0 when the file could not be read at all. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `tenants[1].id`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** Nearest valid name. */
  readonly suggestion?: string;
}

/** A mistake before its place in the text is known. */
export interface Finding {
  readonly path: ManifestPath;
  /** Point at the key instead of its value (unknown and repeated keys). */
  readonly atKey?: boolean;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** `["tenants", 1, "id"]` → `tenants[1].id` */
export function formatPath(path: ManifestPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** `manifest.yaml:12:7  tenants[1].id  "alhpa" is …; did you mean "alpha"?` */
export function formatManifestError(error: ManifestError): string {
  const place = error.line > 0 ? `${error.file}:${error.line}:${error.column}` : error.file;
  const hint = error.suggestion === undefined ? "" : `; did you mean "${error.suggestion}"?`;
  return [place, error.path, `${error.message}${hint}`].filter((part) => part !== "").join("  ");
}

/** A manifest that was refused. `errors` are all its mistakes, in the order of the text. */
export class ManifestInvalid extends Error {
  override readonly name = "ManifestInvalid";
  readonly errors: readonly ManifestError[];

  constructor(errors: readonly ManifestError[]) {
    const count = errors.length === 1 ? "1 mistake" : `${errors.length} mistakes`;
    super(
      `${errors.map(formatManifestError).join("\n")}\n${errors[0]?.file ?? "manifest"}: ${count}, nothing was done`,
    );
    this.errors = errors;
  }
}
