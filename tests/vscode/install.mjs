// A machine without phi-ls: the extension asks, makes an environment of its own from the packed wheel, and works.
//
// pip fetches what the wheel needs, so this runs only when E2E_INSTALL is 1. The environment is that of run.mjs, but
// for E2E_PYTHON: `python3` on the PATH is the Python that is found.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { Workbench } from "./workbench.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const OUT = path.join(ROOT, "build/vscode-install");
const SHOTS = path.join(ROOT, "artefacts/vscode-install");
const folder = path.join(OUT, "project");

fs.rmSync(OUT, { recursive: true, force: true });
for (const made of [folder, SHOTS]) fs.mkdirSync(made, { recursive: true });
fs.writeFileSync(path.join(folder, "sample.py"), "def area(radius):\n    return 3 * radius\n");

let bench;
try {
  bench = await Workbench.open({
    codeServer: process.env.E2E_CODE_SERVER,
    browser: process.env.E2E_CHROMIUM,
    vsix: process.env.E2E_VSIX,
    folder,
    out: OUT,
    shots: SHOTS,
    machine: {},
    env: {},
  });
  await bench.openFile("sample.py");
  await bench.status("Phi: failed");
  const question = bench.page.locator(".notification-toast", { hasText: "Make one of its own?" });
  await question.waitFor();
  await bench.shot("1-question");
  await question.getByText("Make It").click();
  await bench.page.locator(".notification-toast", { hasText: "installing phi-ls with pip" }).waitFor();
  await bench.shot("2-progress");
  await bench.status("starter model · cpu", 600_000);
  await bench.shot("3-ready");
  assert.deepEqual([...bench.outside], []);
  console.log("the environment was made from the packed wheel, and its server runs the starter model");
} catch (error) {
  await bench?.page?.screenshot({ path: path.join(SHOTS, "failure.png") }).catch(() => undefined);
  console.error(`FAILED: ${error.stack}\nscreenshot: ${path.join(SHOTS, "failure.png")}, logs: ${OUT}`);
  process.exitCode = 1;
} finally {
  await bench?.close();
}
