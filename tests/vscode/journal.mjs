// The server's journal: one JSON line per event.
import fs from "node:fs";
import { until } from "./workbench.mjs";

export class Journal {
  constructor(file) {
    this.file = file;
  }

  all(event) {
    if (!fs.existsSync(this.file)) return [];
    const lines = fs.readFileSync(this.file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line)).filter((entry) => entry.event === event);
  }

  /** The first event of this kind that fits, once it is written. */
  saw(event, fits = () => true) {
    return until(`the journal's event ${event}`, () => this.all(event).find(fits));
  }
}
