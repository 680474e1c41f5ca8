// The hint for somebody who types for long and is shown nothing, as a newcomer gets it: in a new file, with the model
// that comes with phi-ls.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { plain, until } from "../workbench.mjs";

const FILE = "new.py";
const STARTER = "starter model · cpu";
const LETTERS = "bcdfghjklmnpqrstvwxz";
const LOADS_MS = 120_000;
const TYPES_MS = 120_000;
/** Where the starter, asked by hand, mostly has an idea. */
const OPENING = "\nfor name in os.listdir(path):\nif name.endswith(";

/** Makes an interpreter that runs a phi-ls for which a minute is short; its path. */
export function impatient(folder, python) {
  const made = path.join(folder, "impatient-python");
  const script = path.resolve(import.meta.dirname, "../impatient.py");
  const lines = [
    "#!/bin/sh",
    `[ "$1 $2" = "-m phi_ls" ] || exec "${python}" "$@"`,
    `shift 2; exec "${python}" -P "${script}" "$@"`,
  ];
  fs.writeFileSync(made, `${lines.join("\n")}\n`, { mode: 0o755 });
  return made;
}

let written = 0;

/** A word that is like no other. */
function word() {
  written += 1;
  let number = (written * 48271) % LETTERS.length ** 5;
  return Array.from({ length: 5 }, () => {
    const letter = LETTERS[number % LETTERS.length];
    number = Math.floor(number / LETTERS.length);
    return letter;
  }).join("");
}

/** Types what nothing in the folder is like, until `enough`; how often the editor asked meanwhile. */
async function types(bench, enough) {
  const asked = () => bench.journal.all("completion").length;
  const before = asked();
  await until(
    "the end of typing",
    async () => {
      await bench.type(`${word()} = ${word()}\n`);
      return enough(asked() - before);
    },
    TYPES_MS,
  );
  return asked() - before;
}

/** The window is loaded anew, and with it the extension and its server. */
async function reloads(bench) {
  await bench.palette("File: Save All Files");
  await bench.page.locator(".tab.dirty").waitFor({ state: "detached" });
  await bench.page.reload();
  await bench.status(STARTER, LOADS_MS);
  await bench.quickOpen(FILE);
  await bench.page.keyboard.press("Control+End");
}

/** Told once on a machine; each of its two buttons does what it says; the keyboard stays in the code. */
export async function tells(bench) {
  await bench.openFile(FILE);
  const toast = bench.toast("Nothing was suggested");
  const asked = await types(bench, () => toast.isVisible());
  await toast.hover(); // on the way to its button; until then it goes by itself
  await bench.shot("13-hint");
  await bench.type(OPENING);
  await until("the text that was typed beside the hint", async () =>
    (await bench.lines(FILE)).includes("    if name.endswith("),
  );
  await asksNow(bench, toast);
  await reloads(bench);
  await types(bench, (again) => again > 2 * asked);
  assert.equal(await toast.count(), 0, "the hint is given once on a machine");
  fs.rmSync(path.join(bench.out, "home/.local/share/phi-ls/hints"), { recursive: true });
  await reloads(bench);
  await types(bench, () => toast.isVisible());
  await toast.getByRole("button", { name: "Choose a Model" }).click();
  await bench.page.locator(".quick-input-title", { hasText: "Which model to download" }).waitFor();
  await bench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await bench.shot("13-hint-models");
  await bench.page.keyboard.press("Escape");
}

/** The model is asked, at the cursor. */
async function asksNow(bench, toast) {
  const byModel = () => bench.journal.all("completion").filter((entry) => entry.prompt_tokens > 0);
  assert.deepEqual(byModel(), [], "the model is not asked before");
  await toast.getByRole("button", { name: "Ask Now" }).click();
  const answer = await until("the model's answer", () => byModel()[0], 60_000);
  const place = plain((await bench.selection().textContent()) ?? "");
  assert.ok(
    place.startsWith(`Ln ${answer.line}, `),
    `asked at line ${answer.line}, the cursor is at ${place}`,
  );
  // The model need not have an idea.
  if (answer.shown_chars > 0) await bench.ghost(FILE);
  await bench.shot("13-hint-asked");
  await toast.waitFor({ state: "detached" });
}
