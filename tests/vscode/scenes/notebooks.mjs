// Cells of a notebook: what they know of each other, and what an action in one of them changes.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { plain, until } from "../workbench.mjs";

const FILE = "report.ipynb";
const DEFINES = "factor";
const USES = "numbers = ";
const DOCUMENTED = `%matplotlib inline
def scaled(values, factor):
    """Multiply each value by the factor."""
    return [value * factor for value in values]`;

/** The editor of the code cell that holds this text. */
const cellWith = (bench, text) =>
  bench.page.locator(".notebookOverlay .code-cell-row .monaco-editor", { hasText: text });

/** The text of each cell on disk; nothing while the file is being written. */
function cellsOf(bench) {
  try {
    const { cells } = JSON.parse(fs.readFileSync(path.join(bench.folder, FILE), "utf8"));
    return cells.map(({ source }) => [source].flat().join(""));
  } catch {
    return [];
  }
}

/** Opens the notebook and begins a line at the end of the cell that uses what another one defines. */
async function beginsLine(bench) {
  await bench.page.getByRole("treeitem", { name: FILE }).dblclick();
  const cell = cellWith(bench, USES);
  await cell.locator(".view-line").first().click();
  await bench.page.keyboard.press("Control+End");
  await bench.page.keyboard.press("Enter");
  return cell;
}

/** Puts the cursor on the name of what a cell defines. */
async function toDefinition(bench, cell) {
  await cell.locator(".view-line", { hasText: "def" }).click();
  await bench.page.keyboard.press("Home");
  for (let right = 0; right < "def s".length; right += 1) await bench.page.keyboard.press("ArrowRight");
}

/** Saves the notebook with these cells, and closes it. */
async function savedWith(bench, ...wanted) {
  await bench.page.keyboard.press("Control+S");
  await until("the saved notebook", () => wanted.join("\0") === cellsOf(bench).join("\0"), 10_000).catch(
    (error) => {
      throw new Error(`${error.message}; found:\n${cellsOf(bench).join("\n---\n")}`);
    },
  );
  // The file is whole before the workbench knows it; until then it asks whether to save.
  await bench.page.locator(".tab.dirty").waitFor({ state: "detached" });
  await bench.palette("View: Close All Editors");
}

/** A cell is completed with what an earlier cell defines; other cells keep what they hold. */
export async function completesCells(bench) {
  const [first, heading, last] = cellsOf(bench);
  const cell = await beginsLine(bench);
  await bench.type("larger = ");
  const ghost = cell.locator(".ghost-text-decoration, .ghost-text");
  await ghost.first().waitFor();
  assert.equal(plain((await ghost.allTextContents()).join("")), "scaled(numbers, 3)");
  await bench.shot("6-notebook");
  await bench.page.keyboard.press("Tab");
  await savedWith(bench, first, heading, `${last}\nlarger = scaled(numbers, 3)`);
}

/** What another cell defines is known where it is used, and changed only where it is defined. */
export async function documentsCells(bench) {
  const [, heading, last] = cellsOf(bench);
  const line = "print(scaled(numbers, 3))";
  await beginsLine(bench);
  await bench.type(line);
  for (let left = line.length; left > "print(sc".length; left -= 1) {
    await bench.page.keyboard.press("ArrowLeft");
  }
  await bench.page.keyboard.press("Control+K");
  await bench.page.keyboard.press("Control+I");
  const hover = bench.page.locator(".monaco-hover:visible", { hasText: "def scaled(values, factor)" });
  await hover.waitFor();
  assert.match(plain((await hover.textContent()) ?? ""), /report\.ipynb cell 1, line 2/);
  await bench.shot("6-notebook-hover");
  await bench.palette("Phi: Document");
  const refused = bench.toast("scaled is defined in another cell; ask there");
  await refused.waitFor();
  await bench.shot("6-notebook-refused");
  await bench.palette("Notifications: Clear All Notifications");
  const defines = cellWith(bench, DEFINES);
  await toDefinition(bench, defines);
  await bench.palette("Phi: Document");
  await defines.filter({ hasText: "Multiply" }).waitFor();
  await bench.toast("phi-ls: Document").waitFor({ state: "hidden" });
  await bench.shot("6-notebook-documented");
  await savedWith(bench, DOCUMENTED, heading, `${last}\n${line}`);
}

/** An explanation of what a cell defines names the cell, and its link leads there. */
export async function leadsBackToCell(bench) {
  await bench.page.getByRole("treeitem", { name: FILE }).dblclick();
  await toDefinition(bench, cellWith(bench, DEFINES));
  await bench.palette("Phi: Explain");
  await bench.answer().getByText("It multiplies each value by the factor.").waitFor();
  await bench.toast("phi-ls: Explain").waitFor({ state: "hidden" });
  await cellWith(bench, USES).locator(".view-line").first().click();
  await bench.answer().getByText("report.ipynb, cell 1, line 2").click();
  await bench.page
    .locator(".notebookOverlay .code-cell-row .monaco-editor.focused", { hasText: DEFINES })
    .waitFor();
  await bench.shot("6-notebook-explained");
  await bench.palette("View: Close All Editors");
}
