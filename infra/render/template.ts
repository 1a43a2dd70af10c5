import { readFileSync } from "node:fs";
import Handlebars from "handlebars";

const folder = new URL("../../templates/", import.meta.url);
const compiled = new Map<string, Handlebars.TemplateDelegate>();

const handlebars = Handlebars.create();
/** Pads a value with spaces, to keep the columns of a table. */
handlebars.registerHelper("pad", (value: unknown, width: number) => String(value).padEnd(width));

/** Renders `templates/<name>.hbs`. A value the template asks for and does not get is an error. */
export function renderTemplate(name: string, values: object): string {
  let template = compiled.get(name);
  if (template === undefined) {
    const source = readFileSync(new URL(`${name}.hbs`, folder), "utf8");
    template = handlebars.compile(source, { strict: true, noEscape: true });
    compiled.set(name, template);
  }
  return template(values);
}
