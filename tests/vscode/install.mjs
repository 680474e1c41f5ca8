// A machine without phi-ls: the extension asks, makes an environment of its own from the packed wheel, is interrupted,
// goes on, and works; then it is uninstalled and takes along what it brought.
//
// pip fetches what the wheel needs, so this runs only when E2E_INSTALL is 1. The environment is that of run.mjs, but
// for E2E_PYTHON: `python3` on the PATH is the Python that is found, and it must not have phi-ls.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { until, Workbench } from "./workbench.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const OUT = path.join(ROOT, "build/vscode-install");
const SHOTS = path.join(ROOT, "artefacts/vscode-install");
const MINUTES = 3;
const folder = path.join(OUT, "project");
const OPENINGS = ["    return 3 * ", "\n\ndef perimeter(radius):\n    return ", "\n\nfor name in "];

for (const made of [OUT, SHOTS]) fs.rmSync(made, { recursive: true, force: true });
for (const made of [folder, SHOTS]) fs.mkdirSync(made, { recursive: true });
fs.writeFileSync(path.join(folder, "sample.py"), "def area(radius):\n");

let began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
const tell = (message) => console.log(`${seconds().toFixed(1).padStart(6)} s  ${message}`);
const machine = {
  codeServer: process.env.E2E_CODE_SERVER,
  browser: process.env.E2E_CHROMIUM,
  vsix: process.env.E2E_VSIX,
  folder,
  out: OUT,
  shots: SHOTS,
  machine: {},
  user: { "editor.autoIndent": "none" }, // what is typed here brings its own
  env: {},
};

/** A question in the corner of the window, and its answer. */
async function answer(bench, question, button, picture) {
  const box = bench.page.locator(".notification-toast", { hasText: question });
  await box.waitFor();
  await bench.shot(picture);
  await box.getByText(button, { exact: true }).click();
}

async function installs(bench) {
  await bench.openFile("sample.py");
  await bench.status("Phi: failed");
  tell("no phi-ls on this machine: the extension asks");
  await answer(bench, "Make one of its own?", "Make It", "1-question");
  const progress = bench.page.locator(".notification-toast", { hasText: "installing phi-ls with pip" });
  await progress.waitFor({ timeout: 120_000 });
  await bench.page.mouse.move(600, 300);
  await bench.shot("2-progress");
  await progress.getByText("Cancel", { exact: true }).click();
  await bench.status("Phi: failed");
  tell("the installation was interrupted");
  await bench.palette("Notifications: Clear All Notifications");
  await bench.palette("Phi: Restart Server");
  await answer(bench, "is not complete. Go on with it?", "Go On", "3-interrupted");
  await bench.status("starter model · cpu", 600_000);
  await bench.shot("4-ready");
  tell("the environment was made from the packed wheel, and its server runs the starter model");
}

/** Text of the starter, asked for by hand: unasked it is not shown. It need not have an idea each time. */
async function completes(bench) {
  await bench.focus("sample.py");
  await bench.page.keyboard.press("Control+End");
  const ghost = bench.editor("sample.py").locator("[class*='ghost-text']");
  for (const opening of OPENINGS) {
    await bench.type(opening);
    await bench.palette("Trigger Inline Suggestion");
    const seen = await ghost
      .first()
      .waitFor({ state: "attached", timeout: 15_000 })
      .then(() => true)
      .catch(() => false);
    if (seen) break;
  }
  await bench.ghost("sample.py");
  await bench.shot("5-ghost");
  tell("the starter's ghost text is there");
  if (seconds() > MINUTES * 60) throw new Error(`ghost text should be there after ${MINUTES} minutes`);
}

/** What is below a folder; nothing is known about one that changes while it is read. */
function below(place) {
  try {
    return fs.readdirSync(place, { recursive: true });
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** What is below the home folder, but for what Python, pip, Node and the editor keep there for themselves. */
function left() {
  const home = path.join(OUT, "home");
  const names = below(home).filter((name) => name.includes("phi-ls"));
  return names.filter((name) => !/[\\/](pip|fontconfig)[\\/]/.test(name)).sort();
}

/** The editor runs the extension's last script when it starts the next time. */
async function uninstalls(bench) {
  const store = path.join(OUT, "home/.local/share/phi-ls/models");
  fs.mkdirSync(store, { recursive: true });
  fs.writeFileSync(path.join(store, "dear.gguf"), "");
  bench.uninstall("phi-ls.phi-ls");
  const again = await Workbench.open({ ...machine, vsix: undefined });
  try {
    await until("an empty place", () => left().length === 3, 60_000).catch((error) => {
      throw new Error(`${error.message}; left:\n${left().join("\n")}`);
    });
    const kept = ".local/share/phi-ls";
    assert.deepEqual(left(), [kept, `${kept}/models`, `${kept}/models/dear.gguf`]);
  } finally {
    await again.close();
  }
  tell("uninstalled: nothing is left but the model store");
}

let bench;
try {
  bench = await Workbench.open(machine);
  began = performance.now();
  await installs(bench);
  await completes(bench);
  assert.deepEqual([...bench.outside], []);
  await bench.close();
  await uninstalls(bench);
} catch (error) {
  await bench?.page?.screenshot({ path: path.join(SHOTS, "failure.png") }).catch(() => undefined);
  console.error(`FAILED: ${error.stack}\nscreenshot: ${path.join(SHOTS, "failure.png")}, logs: ${OUT}`);
  process.exitCode = 1;
} finally {
  await bench?.close();
}
