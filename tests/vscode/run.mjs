// The end-to-end test: the packed extension in a real VS Code, with the real server, on a real keyboard's path.
//
// First with the scripted engine, which always answers the same; then with the model that comes with phi-ls, on the CPU.
// Environment: E2E_CODE_SERVER (folder of the package), E2E_CHROMIUM, E2E_PYTHON (has phi-ls), E2E_VSIX; scripts/e2e.sh
// sets them. Screenshots go to E2E_SHOTS (default artefacts/vscode), everything else to E2E_OUT (build/vscode-e2e).
import fs from "node:fs";
import path from "node:path";
import { Hub } from "./hub.mjs";
import { Journal } from "./journal.mjs";
import * as actions from "./scenes/actions.mjs";
import * as answers from "./scenes/answers.mjs";
import * as life from "./scenes/life.mjs";
import * as supply from "./scenes/supply.mjs";
import * as typing from "./scenes/typing.mjs";
import { Workbench } from "./workbench.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../..");
const OUT = process.env.E2E_OUT ?? path.join(ROOT, "build/vscode-e2e");
const SHOTS = process.env.E2E_SHOTS ?? path.join(ROOT, "artefacts/vscode");
const FILE = "sample.py";
const MACHINE = { "phi.server.python": needed("E2E_PYTHON"), "phi.backend": "scripted" };
// Here the model is watched, so nothing is answered from similar text; every edit is seen before it is made.
const USER = { "phi.inlineCompletion.lookup": false, "phi.confirmEdits": "always" };

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`the environment should have ${name}; run scripts/e2e.sh`);
  return value;
}

fs.rmSync(OUT, { recursive: true, force: true });
fs.rmSync(SHOTS, { recursive: true, force: true });
const folder = path.join(OUT, "project");
const home = path.join(OUT, "phi-ls");
const models = path.join(home, "data", "models");
for (const made of [folder, SHOTS, models]) fs.mkdirSync(made, { recursive: true });
for (const file of [FILE, "slow.py"]) fs.copyFileSync(path.join(HERE, file), path.join(folder, file));
fs.writeFileSync(path.join(folder, "broken.js"), "const nothing = ;\n");
fs.writeFileSync(path.join(folder, "next.py"), "\n");
const journal = new Journal(path.join(OUT, "journal.jsonl"));

const began = performance.now();
const tell = (message) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${message}`);

let bench;
let hub;
try {
  hub = await Hub.open(needed("E2E_PYTHON"), home);
  bench = await Workbench.open({
    codeServer: needed("E2E_CODE_SERVER"),
    browser: needed("E2E_CHROMIUM"),
    vsix: needed("E2E_VSIX"),
    folder,
    out: OUT,
    shots: SHOTS,
    machine: MACHINE,
    user: USER,
    env: {
      PHI_LS_HOME: home,
      PHI_LS_JOURNAL: journal.file,
      PHI_LS_SCRIPT: path.join(HERE, "scene.json"),
      PHI_LS_WHEELS: path.join(ROOT, ".wheels"),
      HF_ENDPOINT: hub.url,
      HF_HOME: path.join(home, "hf"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
  });
  tell("the workbench is open");
  await bench.openFile(FILE);
  await life.showsWhatRuns(bench);
  tell("the status item says what runs");
  await typing.typesAndAccepts(bench, journal);
  tell("ghost text was shown, and accepted with Tab");
  await typing.takesAndGoesOn(bench, journal);
  tell("behind an accepted text the next one was there already");
  await answers.hovers(bench);
  tell("the hover shows what is known, and explains when it is asked to");
  await answers.explains(bench, journal);
  tell("an explanation was read beside the code while it was written");
  await answers.leadsBack(bench);
  tell("its link led back to the code");
  await answers.hoversExplained(bench);
  tell("the hover shows what was explained, and leads to the panel");
  await actions.documents(bench);
  tell("the light bulb wrote a docstring, after a preview and as one step");
  await actions.doesOwnAction(bench);
  tell("an action from the settings was chosen by its title");
  await actions.explainsProblem(bench);
  tell("a problem was explained from the Problems view");
  await answers.cancels(bench, journal);
  tell("cancelled in its toast, an action stopped the engine");
  await answers.refusesWhatChanged(bench);
  tell("a file that changed was left alone, and the answer kept");
  await life.reports(bench);
  tell("the doctor's report opened as a text");
  life.talksToNobody(bench, journal);
  await supply.pullsAModel(bench, models, hub);
  tell("a model was pulled from the status item, after consent");
  await supply.asksBeforeABackend(bench);
  tell("a backend says what it fetches before it is installed");
  fs.rmSync(models, { recursive: true });
  await life.survives(bench, journal, MACHINE);
  tell("a server that was killed was started again, and a missing interpreter was a status");
  tell(`the starter wrote ${JSON.stringify(await life.usesTheStarter(bench, journal))}`);
  life.talksToNobody(bench, journal);
  tell("no program talked to anything but this machine");
} catch (error) {
  await bench?.page?.screenshot({ path: path.join(SHOTS, "failure.png") }).catch(() => undefined);
  console.error(`FAILED: ${error.stack}\nscreenshot: ${path.join(SHOTS, "failure.png")}, logs: ${OUT}`);
  process.exitCode = 1;
} finally {
  await bench?.close();
  hub?.close();
  tell(process.exitCode ? "failed" : "passed");
}
