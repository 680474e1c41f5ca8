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

/** While an offer is looked at, what comes behind it is computed: taken, the next one asks no model. */
export async function takesAndGoesOn(bench, journal) {
  await bench.openFile("next.py");
  await bench.type("total = ");
  assert.equal(await bench.ghost("next.py"), "first(1, 2)");
  const offer = await journal.saw("completion", (e) => e.uri.endsWith("next.py") && e.shown_chars > 0);
  await journal.saw("ahead", (e) => e.of === offer.id && e.state === "kept" && e.new_tokens > 0);
  const before = asked(journal);
  const answered = journal.all("completion").length;
  await bench.page.keyboard.press("Tab");
  await until("the next ghost text", async () => (await bench.ghost("next.py")) === " + second(3)");
  await bench.shot("3-next");
  const next = journal
    .all("completion")
    .slice(answered)
    .find((entry) => entry.shown_chars > 0);
  assert.equal(next.source, "cache");
  assert.equal(asked(journal), before, "the next completion asked no model");
  await bench.page.keyboard.press("Escape");
  await bench.palette("File: Revert File");
  await bench.palette("View: Close Editor");
  await bench.focus(FILE);
}
