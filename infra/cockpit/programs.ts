import { join } from "node:path";

/** What a cockpit starts. */
export interface Programs {
  /** The project's folder; commands that dsmilctl does not have are its `bin/dsmil`. */
  readonly root: string;
  /** Path, or name on the operator's PATH, of dsmilctl. */
  readonly dsmilctl: string;
}

/** A command of dsmilctl. */
export const ctl = ({ dsmilctl }: Programs, ...words: string[]): readonly string[] => [dsmilctl, ...words];

/** A command of the project. */
export const project = ({ root }: Programs, ...words: string[]): readonly string[] => [
  join(root, "bin/dsmil"),
  ...words,
];

/** Words as kitty reads them, which splits a line as a shell does. */
export const quoted = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)).join(" ");
