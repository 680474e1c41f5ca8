// What shows a newcomer the way: the menu, the log, the report, the first steps.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { plain } from "../workbench.mjs";

const MANIFEST = JSON.parse(
  fs.readFileSync(path.resolve(import.meta.dirname, "../../../package.json"), "utf8"),
);
const [{ steps: STEPS }] = MANIFEST.contributes.walkthroughs;

/** The menu of the status item, the log, the report. */
export async function hasMenuLogAndReport(bench) {
  await bench.palette("View: Close All Editors");
  await (await bench.status("Phi: scripted")).click();
  const menu = bench.page.locator(".quick-input-list .monaco-list-row");
  await menu.filter({ hasText: "Why This Completion, or None" }).waitFor();
  const help = menu.locator(".quick-input-list-label-meta");
  for (const row of await help.all()) {
    assert.ok(await row.evaluate(whole), `the menu cuts off: ${await row.textContent()}`);
  }
  await bench.shot("menu");
  await bench.page.keyboard.press("Escape");
  await bench.palette("Phi: Show Log");
  await bench.page.locator(".output-view .view-line", { hasText: "[info]" }).first().waitFor();
  await bench.shot("log");
  await bench.palette("View: Hide Panel");
  await bench.palette("Phi: Doctor");
  await bench.editor("Doctor").locator(".view-line", { hasText: "scripted" }).first().waitFor();
  await bench.shot("doctor");
  await bench.palette("View: Close All Editors");
}

/** Whether an element shows all that it holds. Run in the page. */
function whole(element) {
  return [element, ...element.querySelectorAll("*")].every(
    (part) => part.scrollWidth <= part.clientWidth + 1,
  );
}

/** Each step with its picture, then the last thing that a newcomer does there: trying a completion. */
export async function showsFirstSteps(bench) {
  const narrow = bench.page.viewportSize();
  // Where the page of steps has 950 pixels or less, VS Code shows their words alone.
  await bench.page.setViewportSize({ width: 1600, height: 900 });
  await bench.palette("View: Close All Editors");
  await bench.palette("Phi: Get Started");
  const page = bench.page.locator(".gettingStartedContainer");
  for (const [index, { title, media }] of STEPS.entries()) {
    await page.getByText(title).first().click();
    const picture = page.locator(`.getting-started-media img[alt="${media.altText}"]`);
    await picture.waitFor();
    await picture.evaluate((image) => image.decode());
    await bench.shot(`step-${index + 1}`);
  }
  await page.getByText("Try a completion").first().click();
  await page.getByText("Open a File to Try").first().click();
  const editor = bench.page.locator(".editor-instance .monaco-editor[data-uri^='untitled']");
  const ghost = editor.locator(".ghost-text-decoration, .ghost-text");
  await ghost.first().waitFor();
  assert.match(
    plain((await ghost.allTextContents()).join("")),
    /^\[price for name, price in basket\.items\(\)/,
  );
  await bench.page.setViewportSize(narrow);
  await bench.shot("try");
}
