// Answers that are read: in the hover, in the panel beside the code, from there back to the code.
import assert from "node:assert/strict";
import { plain, until } from "../workbench.mjs";

const FILE = "sample.py";

async function hoverAt(bench, line, column, text) {
  await bench.goto(line, column);
  await bench.page.keyboard.press("Control+K");
  await bench.page.keyboard.press("Control+I");
  const hover = bench.page.locator(".monaco-hover:visible", { hasText: text });
  await hover.waitFor();
  return hover;
}

/** A hover says what is known at once; its link asks the model, and opens the hover again with the answer. */
export async function hovers(bench) {
  const hover = await hoverAt(bench, 15, 8, "area");
  const text = plain((await hover.textContent()) ?? "");
  assert.match(text, /def area\(radius\)/);
  assert.match(text, /Return the area of a circle\./);
  await bench.shot("4-hover");
  await hover.locator("a", { hasText: "Explain here" }).click();
  const explained = bench.page.locator(".monaco-hover:visible", { hasText: "squares the radius" });
  await explained.waitFor();
  await bench.shot("4-hover-explained");
  await bench.page.keyboard.press("Escape");
  await explained.waitFor({ state: "hidden" });
}

/** The explanation of the definition at the cursor, read while it is written; the keyboard stays in the code. */
export async function explains(bench, journal) {
  await bench.goto(6, 6);
  await bench.palette("Phi: Explain");
  const answer = bench.answer();
  await answer.getByText("squares the radius").waitFor();
  assert.equal(await answer.getByText("squared.").count(), 0, "the answer was seen while it was written");
  await bench.toast("phi-ls: Explain").waitFor();
  await bench.shot("5-explain-streamed");
  assert.equal(await answer.locator("strong", { hasText: "radius" }).count(), 1);
  await answer.getByText("It returns the area in the same unit, squared").waitFor();
  await answer.getByText("scripted, on this machine").waitFor();
  await journal.saw("action", (entry) => entry.action === "explain");
  await bench.toast("phi-ls: Explain").waitFor({ state: "hidden" });
  await bench.shot("5-explain");
}

/** The panel's link shows the code that the answer is about, also after it has moved. */
export async function leadsBack(bench) {
  await bench.focus(FILE);
  await bench.goto(1, 1);
  await bench.type("# one line more\n");
  await bench.answer().getByText("sample.py, line 7").click();
  await bench.page.locator(`.monaco-editor.focused[data-uri$="${FILE}"]`).waitFor();
  await until("the code of the answer", async () =>
    /^Ln 9, Col \d+ \(\d+ selected\)$/.test(plain((await bench.selection().textContent()) ?? "")),
  );
  await bench.shot("5-explain-code");
  await bench.goto(1, 1);
  await bench.page.keyboard.press("Control+Shift+K");
  await bench.answer().getByText("sample.py, line 6").waitFor();
}

/** What was explained once stands in the hover from then on, with a link to the panel. */
export async function hoversExplained(bench) {
  await bench.palette("View: Close Editors in Other Groups");
  const hover = await hoverAt(bench, 6, 6, "squares the radius");
  assert.match(plain((await hover.textContent()) ?? ""), /sample\.py line 6; named 2 times in this file/);
  await bench.shot("5-hover-explained");
  await hover.locator("a", { hasText: "Open beside the code" }).click();
  await bench.answer().getByText("squares the radius").waitFor();
  await bench.page.keyboard.press("Escape");
}

/** Cancelled in its toast, the engine stops, and the file and what was written stay. */
export async function cancels(bench, journal) {
  await bench.openFile("slow.py");
  await bench.goto(4, 6);
  await bench.palette("Phi: Explain");
  await bench.answer().getByText("One says").waitFor();
  const toast = bench.toast("phi-ls: Explain");
  await toast.waitFor();
  await bench.shot("10-cancel");
  await toast.getByRole("button", { name: "Cancel" }).click();
  const cancelled = (entry) => entry.action === "explain" && entry.outcome === "cancelled";
  await journal.saw("action", cancelled);
  await journal.saw("generation", (entry) => entry.state === "ended" && entry.finish_reason === "cancelled");
  await bench.answer().getByText("It was stopped here.").waitFor();
  assert.equal(await bench.answer().getByText("never fails").count(), 0);
  await bench.shot("10-cancelled");
}

/** A file that changed while the model wrote is left alone; the answer is a click away, then and later. */
export async function refusesWhatChanged(bench) {
  await bench.focus("slow.py");
  await bench.goto(8, 6);
  await bench.palette("Phi: Document");
  await bench.toast("phi-ls: Document").waitFor();
  await bench.page.keyboard.press("Control+Home");
  await bench.page.keyboard.press("Control+/");
  const refused = bench.toast("the file changed while the text was written");
  await refused.waitFor();
  await bench.shot("11-changed");
  await refused.getByRole("button", { name: "Show the Answer" }).click();
  // What was typed into the file took the engine's turn: the answer went on behind it, without a word said twice.
  await bench.answer().getByText("Returned unchanged.", { exact: true }).waitFor();
  await bench.shot("11-changed-answer");
  const lines = await bench.lines("slow.py");
  assert.ok(!lines.some((line) => line.includes("Returned")), "nothing was written into the file");
  assert.ok(lines.some((line) => line.startsWith('# """Code')));
  await bench.palette("Phi: Show an Earlier Answer", "Explanation of endless");
  await bench.answer().getByText("It was stopped here.").waitFor();
  await bench.palette("Phi: Show an Earlier Answer", "Document drifting");
  await bench.answer().getByText("Returned unchanged.").waitFor();
  await bench.focus("slow.py");
  await bench.palette("File: Revert File");
  await bench.openFile(FILE);
}
