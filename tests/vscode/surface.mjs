// The editor's whole surface around phi-ls, in a real VS Code and with the scripted engine: ghost text beside the suggest
// widget, parts of it, notebooks, several folders and windows, folders that are not trusted, settings and servers that
// change while all of it runs.
//
// Environment: E2E_CODE_SERVER, E2E_CHROMIUM, E2E_PYTHON, E2E_VSIX as for run.mjs; E2E_NODE when that VS Code needs
// another Node than this script; E2E_NAME names the run: screenshots go to artefacts/vscode-surface/NAME, the rest to
// build/vscode-surface/NAME. E2E_SCENES plays only those whose name it matches.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { Journal } from "./journal.mjs";
import { makePlaces } from "./places.mjs";
import { snippet } from "./pages.mjs";
import * as hint from "./scenes/hint.mjs";
import * as notebooks from "./scenes/notebooks.mjs";
import * as parts from "./scenes/parts.mjs";
import * as trust from "./scenes/trust.mjs";
import * as way from "./scenes/way.mjs";
import * as windows from "./scenes/windows.mjs";
import { Workbench } from "./workbench.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../..");
const NAME = process.env.E2E_NAME ?? "newest";
const OUT = path.join(ROOT, "build/vscode-surface", NAME);
const SHOTS = path.join(ROOT, "artefacts/vscode-surface", NAME);
const SCRIPTED = { "phi.server.python": needed("E2E_PYTHON"), "phi.backend": "scripted" };
/** What the page for this editor says. */
const PAGE = snippet("vscode", "settings.json");
/** A machine that is busy takes its time to load a model. */
const STARTS_MS = 120_000;
const TRUSTING = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};
const KEYS = [
  {
    key: "ctrl+alt+l",
    command: "editor.action.inlineSuggest.acceptNextLine",
    when: "inlineSuggestionVisible",
  },
];

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`the environment should have ${name}; run scripts/e2e.sh`);
  return value;
}

for (const made of [OUT, SHOTS]) {
  fs.rmSync(made, { recursive: true, force: true });
  fs.mkdirSync(made, { recursive: true });
}

const began = performance.now();
const tell = (message) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${message}`);

const open = (out, folder, more) => {
  const journal = new Journal(path.join(out, "journal.jsonl"));
  const env = {
    PHI_LS_JOURNAL: journal.file,
    PHI_LS_SCRIPT: path.join(HERE, "surface.json"),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return Workbench.open({
    codeServer: needed("E2E_CODE_SERVER"),
    browser: needed("E2E_CHROMIUM"),
    vsix: needed("E2E_VSIX"),
    folder,
    out,
    shots: SHOTS,
    env,
    keys: KEYS,
    ...more,
  }).then((bench) => Object.assign(bench, { journal }));
};

/** What each window shows; those that a scene opened for itself and left open are closed. */
async function pictures(bench, name) {
  for (const [index, page] of bench.context.pages().entries()) {
    await page.screenshot({ path: path.join(SHOTS, `${name}-${index + 1}.png`) }).catch(() => undefined);
    if (page !== bench.page) await page.close();
  }
}

const ONLY = new RegExp(process.env.E2E_SCENES ?? "");
const chosen = ([name]) => ONLY.test(name);

/** Scenes of one workbench; one that fails is told and pictured, and the others are played all the same. */
async function play(bench, scenes) {
  for (const [name, scene] of Object.entries(scenes).filter(chosen)) {
    try {
      await scene();
      tell(name);
    } catch (error) {
      process.exitCode = 1;
      await pictures(bench, `failure-${Object.keys(scenes).indexOf(name) + 1}`);
      tell(`FAILED: ${name}: ${error.stack}\nscreenshots: ${SHOTS}, logs: ${OUT}`);
      await bench.page.keyboard.press("Escape");
      await bench.palette("File: Save All Files").catch(() => undefined);
    }
  }
  assert.deepEqual([...bench.outside], []);
}

let bench;

/**
 * Opens a workbench, plays its scenes once its status says what it should, and closes it; where none of them is chosen
 * nothing is opened.
 */
async function inWorkbench(name, folder, { says, ...settings }, scenes) {
  if (!Object.entries(scenes).some(chosen)) return;
  bench = await open(path.join(OUT, name), folder, settings);
  await bench.status(says, STARTS_MS);
  tell(`the ${name} window: ${says}`);
  await play(bench, scenes);
  await bench.close();
}

try {
  const places = makePlaces(OUT);
  const user = { ...PAGE, "editor.wordBasedSuggestions": "currentDocument" };
  await inWorkbench(
    "main",
    places.project,
    { machine: SCRIPTED, user, says: "Phi: scripted" },
    {
      "ghost text was taken by the word, by the line and whole": () => parts.acceptsParts(bench),
      "ghost text goes on from what is selected in the list": () => parts.goesOnFromTheList(bench),
      "a notebook's cell knows the cells before it": () => notebooks.completesCells(bench),
      "an action in a notebook changes its own cell": () => notebooks.documentsCells(bench),
      "an explanation leads back to the notebook's cell": () => notebooks.leadsBackToCell(bench),
      "settings of a language were followed while the server ran": () => windows.followsSettings(bench),
      "a server that was killed was started again": () => windows.outlivesItsServer(bench),
      "two windows, two servers": () => windows.keepsWindowsApart(bench, places.other),
      "two folders in a window, each with its settings": () => windows.knowsItsFolders(bench, places.both),
      "menu, log and report are in reach": () => way.hasMenuLogAndReport(bench),
      "the first steps are shown, each with its picture": () => way.showsFirstSteps(bench),
    },
  );
  const stranger = {
    machine: { ...SCRIPTED, "phi.server.python": "/no/such/python" },
    user: TRUSTING,
    trust: true,
    says: "Phi: failed",
  };
  await inWorkbench("guarded", places.stranger, stranger, {
    "no interpreter, then one; a folder that is not trusted chose neither": () =>
      trust.distrusts(bench, SCRIPTED),
  });
  const newcomer = {
    machine: { "phi.backend": "cpu", "phi.server.python": hint.impatient(OUT, needed("E2E_PYTHON")) },
    says: "starter model · cpu",
  };
  await inWorkbench("first-use", places.newcomer, newcomer, {
    "a newcomer who was shown nothing is told once, and can do two things about it": () => hint.tells(bench),
  });
} catch (error) {
  await bench?.page?.screenshot({ path: path.join(SHOTS, "failure.png") }).catch(() => undefined);
  console.error(`FAILED: ${error.stack}\nlogs: ${OUT}`);
  process.exitCode = 1;
} finally {
  await bench?.close();
  tell(process.exitCode ? "failed" : "passed");
}
