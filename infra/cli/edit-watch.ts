import type { LoadedModel } from "../model/load.ts";
import { readSource } from "../model/source.ts";
import { UserError } from "./errors.ts";
import { declaredDigest } from "./last-deployment.ts";

/**
 * Notices edits during an `up`: every run of Pulumi reads the manifest and the sources anew, and what is deployed must be what
 * was looked at.
 */
export class EditWatch {
  private readonly root: string;
  private readonly file: string;
  private readonly loaded: LoadedModel;
  private readonly declared: string;

  /** @param loaded what the manifest said when the command read it */
  constructor(root: string, file: string, loaded: LoadedModel) {
    this.root = root;
    this.file = file;
    this.loaded = loaded;
    this.declared = declaredDigest(root, loaded.model);
  }

  /** What is another than it was; undefined while nothing is. */
  edited(): string | undefined {
    const source = readSource(this.file);
    if (Array.isArray(source) || source.text !== this.loaded.text) return "the manifest";
    return declaredDigest(this.root, this.loaded.model) === this.declared ? undefined : "a source or a setting";
  }

  /**
   * @param done stacks that were deployed
   * @param left stacks that would be
   * @throws UserError where something was edited
   */
  refuse(done: readonly string[], left: readonly string[]): void {
    const what = this.edited();
    if (what === undefined) return;
    throw new UserError(
      `${what} was edited after the plan of this change was made: ${done.length === 0 ? "nothing was changed" : `deployed as approved: ${done.join(", ")}; not deployed: ${left.join(", ")}`}`,
      "put it back and run the same command again, or `bin/dsmil plan --change-out FILE` asks for what is left",
    );
  }
}
