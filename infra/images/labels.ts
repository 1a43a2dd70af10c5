/** Label that tells our images from all others on an engine; its value is the catalogue name. */
export const IMAGE_LABEL = "io.dsmil.image";

/** Labels of an image we build. */
export function imageLabels(name: string): readonly (readonly [string, string])[] {
  return [[IMAGE_LABEL, name]];
}
