// The pictures of docs/images that show VS Code: taken from a real one, with the starter model and what follows from the
// text of a file. Nothing is drawn that was not on the screen.
//
// The environment is that of tests/vscode/run.mjs; `scripts/e2e.sh pictures` sets it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { until, Workbench } from "../tests/vscode/workbench.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const TARGET = path.join(ROOT, "docs/images");
const out = fs.mkdtempSync(path.join(os.tmpdir(), "phi-ls-pictures-"));
const folder = path.join(out, "project");
fs.mkdirSync(folder, { recursive: true });

const bench = await Workbench.open({
  codeServer: process.env.E2E_CODE_SERVER,
  browser: process.env.E2E_CHROMIUM,
  vsix: process.env.E2E_VSIX,
  folder,
  out,
  shots: TARGET,
  machine: { "phi.server.python": process.env.E2E_PYTHON, "phi.backend": "cpu" },
  user: {
    "breadcrumbs.enabled": false,
    "editor.fontSize": 15,
    "editor.renderLineHighlight": "none",
    "workbench.activityBar.location": "hidden",
  },
  env: { PYTHONDONTWRITEBYTECODE: "1" },
});
try {
  const { page } = bench;
  await page.setViewportSize({ width: 900, height: 520 });
  await bench.status("starter model · cpu", 120_000);
  await bench.palette("View: Close Primary Side Bar");
  await bench.palette("Phi: Try a Completion");
  const editor = page.locator(".editor-instance .monaco-editor[data-uri^='untitled']");
  const ghost = editor.locator(".ghost-text-decoration, .ghost-text").first();
  await until("ghost text", async () => {
    await bench.palette("Trigger Inline Suggestion"); // unasked, not all that a small model writes is shown
    return ghost.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  });
  await bench.shot("completion");
  await page.keyboard.press("Escape");
  await editor.locator(".view-line", { hasText: "cheapest" }).first().click();
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget", { hasText: "Document" }).waitFor();
  await bench.shot("actions");
  await page.keyboard.press("Escape");
  await (await bench.status("starter model")).click();
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await bench.shot("menu");
} catch (error) {
  const failure = path.join(ROOT, "build/pictures-failure.png");
  await bench.page.screenshot({ path: failure }).catch(() => undefined);
  throw new Error(`see ${failure}`, { cause: error });
} finally {
  await bench.close();
  fs.rmSync(out, { recursive: true, force: true });
}
