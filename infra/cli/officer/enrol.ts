import { isMap, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { UserError } from "../errors.ts";

/**
 * A manifest's text with one more officer of a tenant. Text is put in, nothing is written anew: comments, order and
 * spacing of all else stay.
 * @param publicKey hex of the raw ML-DSA-87 public key
 * @throws UserError when there is no such tenant, or the person has this role already
 */
export function enrolOfficer(manifest: string, tenant: string, person: string, publicKey: string): string {
  const document = parseDocument(manifest, { stringKeys: true });
  const tenants = document.get("tenants");
  const block = isSeq(tenants) && tenants.items.filter(isMap).find((item) => item.get("id") === tenant);
  if (!block) throw new UserError(`the manifest has no tenant ${JSON.stringify(tenant)}`, "add its block first");
  const officers = block.get("officers");
  if (!isSeq(officers)) return withOfficers(manifest, block, `{ person: ${person}, public_key: ${publicKey} }`);
  if (officers.items.filter(isMap).some((officer) => officer.get("person") === person)) {
    throw new UserError(
      `${person} is an officer of ${tenant} already`,
      "take another name, or remove that entry first",
    );
  }
  return withAnother(manifest, officers, `{ person: ${person}, public_key: ${publicKey} }`);
}

/** The tenant's block with a list of officers as its last key. */
function withOfficers(text: string, block: YAMLMap, officer: string): string {
  const first = block.items[0]?.key as Node | undefined;
  const last = block.items.at(-1)?.value as Node | undefined;
  if (!first?.range || !last?.range || block.flow) {
    throw new UserError("the tenant's block is written in one line", "write it with a key a line, as the others are");
  }
  const indent = " ".repeat(first.range[0] - (text.lastIndexOf("\n", first.range[0]) + 1));
  return insert(text, last.range[1], `\n${indent}officers:\n${indent}  - ${officer}`);
}

function withAnother(text: string, officers: YAMLSeq, officer: string): string {
  const last = officers.items.at(-1) as Node | undefined;
  if (officers.flow || !last?.range) {
    const end = (officers.range?.[1] ?? 0) - 1;
    return insert(text, end, last ? `, ${officer}` : officer);
  }
  const start = last.range[0];
  const indent = text.slice(text.lastIndexOf("\n", start) + 1, start).replace(/-\s*$/, "");
  return insert(text, last.range[1], `\n${indent}- ${officer}`);
}

const insert = (text: string, at: number, what: string): string => {
  // A block's value may end behind its line feed.
  const end = text[at - 1] === "\n" ? at - 1 : at;
  return text.slice(0, end) + what + text.slice(end);
};
