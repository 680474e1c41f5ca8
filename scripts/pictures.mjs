// The pictures of docs/images that show VS Code: taken from a real one, with the starter model and what follows from the
// text of a file. Nothing is drawn that was not on the screen.
//
// The environment is that of tests/vscode/run.mjs; `scripts/e2e.sh pictures` sets it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { appears, until, Workbench } from "../tests/vscode/workbench.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const TARGET = path.join(ROOT, "docs/images");
const FILE = "basket.py";
const TEXT = `"""A basket of goods, each with its price."""


def cheapest(basket):
    """Return the lowest price in the basket."""
    prices = [price for name, price in basket.items() if price > 0]
    return min(prices, default=None)


def dearest(basket):
    """Return the highest price in the basket."""
    prices =
`;
const MOST_BYTES = 150_000;

/** The editor with its status item at the bottom, in a window of that height. */
const resize = (page, height) => page.setViewportSize({ width: 900, height });

async function take(bench, name, part = bench.page) {
  const file = path.join(TARGET, `${name}.png`);
  await part.screenshot({ path: file, animations: "disabled" });
  const { size } = fs.statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, at most ${MOST_BYTES} are wanted`);
}

async function completion(bench) {
  await resize(bench.page, 400);
  await bench.goto(12, 13);
  await bench.type(" ");
  const ghost = bench.editor(FILE).locator(".ghost-text-decoration, .ghost-text").first();
  await until("ghost text", async () => {
    if (await appears(ghost, 5000)) return true;
    await bench.palette("Trigger Inline Suggestion");
    return false;
  });
  await take(bench, "completion");
  await bench.page.keyboard.press("Tab");
}

async function actions(bench) {
  await bench.goto(10, 5);
  await bench.page.keyboard.press("Control+.");
  await bench.page.locator(".action-widget", { hasText: "Document" }).waitFor();
  await take(bench, "actions");
  await bench.page.keyboard.press("Escape");
}

async function menu(bench) {
  await resize(bench.page, 800);
  await (await bench.status("starter model")).click();
  await bench.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await take(bench, "menu", bench.page.locator(".quick-input-widget"));
}

async function report(bench) {
  await bench.page.setViewportSize({ width: 1100, height: 620 });
  await bench.palette("Phi: Doctor");
  await bench.editor("Doctor").locator(".view-line", { hasText: "chosen" }).first().waitFor();
  await take(bench, "report");
}

const out = fs.mkdtempSync(path.join(os.tmpdir(), "phi-ls-pictures-"));
const folder = path.join(out, "project");
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(path.join(folder, FILE), TEXT);

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
    "editor.scrollBeyondLastLine": false,
    "editor.renderLineHighlight": "none",
    "workbench.activityBar.location": "hidden",
  },
  env: { PYTHONDONTWRITEBYTECODE: "1" },
});
try {
  await bench.openFile(FILE);
  await bench.status("starter model · cpu", 120_000);
  await bench.palette("View: Close Primary Side Bar");
  await bench.focus(FILE);
  await completion(bench);
  await actions(bench);
  await menu(bench);
  await bench.page.keyboard.press("Escape");
  await report(bench);
} catch (error) {
  const failure = path.join(ROOT, "build/pictures-failure.png");
  await bench.page.screenshot({ path: failure }).catch(() => undefined);
  throw new Error(`see ${failure}`, { cause: error });
} finally {
  await bench.close();
  fs.rmSync(out, { recursive: true, force: true });
}
