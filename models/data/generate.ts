import { writeEntitySets } from "./entities-dataset.ts";
import { writeLineSets } from "./lines-dataset.ts";
import { writePictureSets } from "./pictures-dataset.ts";
import { writeSeriesSets } from "./series-dataset.ts";
import { writeSpeechSets } from "./speech-dataset.ts";

/** `node models/data/generate.ts FOLDER`: writes all training data, for the train.py of each model to read. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node models/data/generate.ts FOLDER");
console.log(`lines ${writeLineSets(`${folder}/lines`)}`);
console.log(`series ${writeSeriesSets(`${folder}/series`)}`);
console.log(`entities ${writeEntitySets(`${folder}/entities`)}`);
console.log(`pictures ${writePictureSets(`${folder}/pictures`)}`);
console.log(`speech ${writeSpeechSets(`${folder}/speech`) ?? "left out: there is no espeak-ng"}`);
