/** Shortest value worth cutting out: shorter ones would blank ordinary words. */
const SHORTEST = 4;

/** Cuts secrets, in every form they take in messages, out of text. */
export class Redactor {
  readonly #forms = new Set<string>();

  /** Adds a secret: itself, each longer line of it, and its JSON, URL and base64 forms. */
  add(secret: string): void {
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= 16);
    for (const part of [secret, secret.trim(), ...lines]) {
      if (part.length < SHORTEST) continue;
      this.#forms.add(part);
      this.#forms.add(JSON.stringify(part).slice(1, -1));
      this.#forms.add(encodeURIComponent(part));
      this.#forms.add(Buffer.from(part).toString("base64"));
    }
  }

  /** The text with `[secret]` where secrets were; longest first, so that no tail stays behind. */
  clean(text: string): string {
    return [...this.#forms]
      .sort((a, b) => b.length - a.length)
      .reduce((rest, form) => rest.replaceAll(form, "[secret]"), text);
  }
}

/** What an error says to a person: its message and its causes' messages, never a stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.message || error.name];
  if (error instanceof AggregateError) parts.push(...error.errors.map(explain));
  if (error.cause !== undefined) {
    const cause = explain(error.cause);
    if (!error.message.includes(cause)) parts.push(cause);
  }
  return parts.join(": ");
}
