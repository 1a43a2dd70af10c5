import { PICTURE_FEATURES, putPictureFeatures } from "../../images/l7-perception/src/vision/features.ts";
import { KINDS } from "../../images/l7-perception/src/vision/kinds.ts";
import { pictures } from "./pictures/samples.ts";
import { RowsWriter, type SetFacts } from "./rows-writer.ts";

/** The sets of pictures: other seeds for each, and other fonts, palettes and layouts for `unseen`. */
export const PICTURE_SETS: readonly SetFacts[] = [
  { name: "train", count: 2800, seed: 20_260_501 },
  { name: "test", count: 700, seed: 20_260_502 },
  { name: "unseen", count: 700, seed: 20_260_503 },
];

/** Writes pictures: their features and what they are. */
export function writePictureSets(folder: string): string {
  const writer = new RowsWriter(folder, PICTURE_FEATURES, ["kind"], { kinds: KINDS });
  for (const set of PICTURE_SETS) {
    writer.begin(set);
    for (const { picture, kind } of pictures(set.count, set.seed, set.name === "unseen")) {
      writer.row((out, offset) => putPictureFeatures(picture, out, offset), [KINDS.indexOf(kind)]);
    }
    writer.end();
  }
  return writer.finish();
}
