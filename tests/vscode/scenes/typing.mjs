// Ghost text: shown, typed through, taken, and what comes after it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { until } from "../workbench.mjs";

const FILE = "sample.py";
const SAMPLE = fs.readFileSync(path.join(import.meta.dirname, "..", FILE), "utf8");

/** How often the model was asked so far. */
const asked = (journal) => journal.all("generation").filter((entry) => entry.state === "asked").length;

export async function typesAndAccepts(bench, journal) {
  await bench.goto(12, 5);
  await bench.type("return ");
  const ghost = await bench.ghost(FILE);
  assert.equal(ghost, "2 * math.pi * radius");
  await bench.shot("2-ghost");
  const shown = await journal.saw("completion", (entry) => entry.source === "model" && entry.shown_chars > 0);
  assert.equal(shown.shown_chars, ghost.length);
  const before = asked(journal);
  await bench.type("2 * ma");
  await until("the rest of the ghost text", async () => (await bench.ghost(FILE)) === "th.pi * radius");
  assert.equal(asked(journal), before, "typing what was offered asks no model");
  await bench.shot("2-typed-through");
  await bench.page.keyboard.press("Tab");
  await bench.noGhost(FILE);
  await journal.saw("accepted");
  await bench.shot("3-accepted");
  await bench.saved(FILE, SAMPLE.replace("    \n", "    return 2 * math.pi * radius\n"));
}
