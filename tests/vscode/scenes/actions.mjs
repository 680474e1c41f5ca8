// Actions that change code or speak of it: from the light bulb, the Problems view, the settings.
import fs from "node:fs";
import path from "node:path";
import { until } from "../workbench.mjs";

const NBSP = "\u00a0";
const FILE = "sample.py";
const BROKEN = "broken.js";
const SAMPLE = fs.readFileSync(path.join(import.meta.dirname, "..", FILE), "utf8");
const TYPED = SAMPLE.replace("    \n", "    return 2 * math.pi * radius\n");
const DOCUMENTED = SAMPLE.replace(
  "    \n",
  `    """Return the circumference of a circle.

    radius: the distance from its centre to its edge.
    """
    return 2 * math.pi * radius
`,
);

/** Chosen in the light bulb, seen as a preview, applied, and one step to undo. */
export async function documents(bench) {
  await bench.focus(FILE);
  await bench.goto(11, 6);
  await bench.page.keyboard.press("Control+.");
  const menu = bench.page.locator(".action-widget", { hasText: /Document/ });
  await menu.waitFor();
  await bench.shot("6-light-bulb");
  // Chosen by key: in older editors a layer lies over the menu until the mouse was moved by hand.
  await menu.locator(".monaco-list-row.focused", { hasText: "Document" }).waitFor();
  await bench.page.keyboard.press("Enter");
  await bench.page.getByRole("tab", { name: "Document perimeter (sample.py)" }).waitFor();
  const added = bench.page.locator(".monaco-diff-editor .view-line", {
    hasText: "Return" + NBSP + "the" + NBSP + "circumference",
  });
  await added.first().waitFor();
  await bench.toast("phi-ls: Document").waitFor({ state: "hidden" });
  await bench.shot("6-document-preview");
  await bench.pick("phi-ls: Document perimeter?", "Apply");
  const documented = (line) => line.includes("Return the circumference of a circle.");
  await until("the docstring in the editor", async () => (await bench.lines(FILE)).some(documented));
  await bench.shot("6-document");
  await bench.saved(FILE, DOCUMENTED);
  await bench.focus(FILE);
  await bench.page.keyboard.press("Control+Z");
  await bench.saved(FILE, TYPED);
  await bench.page.keyboard.press("Control+Y");
  await bench.saved(FILE, DOCUMENTED);
}

export async function doesOwnAction(bench) {
  await bench.focus(FILE);
  await bench.goto(6, 6);
  await bench.palette("Phi: Run My Action", "Say it in one line");
  await bench.answer().getByText("It measures circles, and nothing else.").waitFor();
  await bench.toast("phi-ls: Say it in one line").waitFor({ state: "hidden" });
  await bench.shot("6-own-action");
}

/** From the light bulb of a row of the Problems view. */
export async function explainsProblem(bench) {
  await bench.focus(FILE);
  await bench.openFile(BROKEN);
  await bench.page.keyboard.press("Control+Shift+M");
  const row = bench.page.locator(".markers-panel .monaco-list-row", { hasText: "Expression expected" });
  await row.waitFor({ timeout: 60_000 });
  await row.click();
  await row.locator("[class*='codicon-light']").first().click();
  const choice = bench.page.getByText("Explain this problem with phi-ls").first();
  await choice.waitFor();
  await bench.shot("7-problem");
  await choice.click();
  await bench.answer().getByText("no value").waitFor();
  await bench.answer().getByText("broken.js, line 1").waitFor();
  await bench.toast("phi-ls: Explain this problem").waitFor({ state: "hidden" });
  await bench.shot("7-problem-explained");
  await bench.focus(BROKEN);
  await bench.page.keyboard.press("Control+J");
  await row.waitFor({ state: "hidden" });
  await bench.palette("View: Close Editors in Other Groups");
  await bench.openFile(FILE);
}
