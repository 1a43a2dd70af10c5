/** The parts of `pulumi preview --json` that the summary is made from. */
export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: PreviewState;
  readonly newState?: PreviewState;
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>> | null;
  readonly diffReasons?: readonly string[] | null;
  readonly replaceReasons?: readonly string[] | null;
}

export interface PreviewState {
  readonly type: string;
  readonly urn: string;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface Preview {
  readonly steps?: readonly PreviewStep[];
}

/** Reads a preview; the CLI prints one JSON object, whatever lines a plugin wrote around it. */
export function parsePreview(stdout: string): Preview {
  const start = stdout.indexOf("{");
  if (start < 0) throw new Error("the preview printed no JSON");
  return JSON.parse(stdout.slice(start)) as Preview;
}
