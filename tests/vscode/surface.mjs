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
import { phiProcesses } from "./network.mjs";
import { makePlaces, SHAPES, writeSettings } from "./places.mjs";
import { snippet } from "./pages.mjs";
import { appears, plain, until, Workbench } from "./workbench.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../..");
const NAME = process.env.E2E_NAME ?? "newest";
const OUT = path.join(ROOT, "build/vscode-surface", NAME);
const SHOTS = path.join(ROOT, "artefacts/vscode-surface", NAME);
const SCRIPTED = { "phi.server.python": needed("E2E_PYTHON"), "phi.backend": "scripted" };
/** What the page for this editor says. */
const PAGE = snippet("vscode", "settings.json");
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

/** Accepts parts of one ghost text: a word, then a line of a longer one, then what is left. */
async function acceptsParts(bench) {
  await bench.goto(7, 5);
  await bench.type("return 2 * ");
  assert.equal(await bench.ghost("shapes.py"), "(width * height + height * depth + width * depth)");
  // A key that comes while the editor draws the ghost text anew moves the cursor instead, which at the end goes nowhere.
  await until("the ghost text less a word", async () => {
    await bench.page.keyboard.press("Control+ArrowRight");
    await bench.settled();
    return (await bench.ghost("shapes.py")).startsWith(" * height +");
  });
  await bench.shot("1-word");
  await bench.page.keyboard.press("Tab");
  await bench.noGhost("shapes.py");
  await bench.goto(11, 5);
  await bench.palette("Trigger Inline Suggestion");
  await bench.block("shapes.py", "return product");
  await bench.shot("2-block");
  await bench.page.keyboard.press("Control+Alt+L");
  await bench.at(12);
  await bench.block("shapes.py", "return product");
  await bench.shot("3-line");
  await bench.page.keyboard.press("Tab"); // before the first word of a line Tab indents, as ever
  await bench.at(12, 5);
  await bench.block("shapes.py", "return product");
  await bench.page.keyboard.press("Tab");
  await bench.saved(
    "shapes.py",
    SHAPES.replace(
      "depth):\n    \n",
      "depth):\n    return 2 * (width * height + height * depth + width * depth)\n",
    ).replace(
      "height):\n    \n",
      "height):\n    base = PI * radius * radius\n    product = base * height\n    return product\n",
    ),
  );
}

/** The list and the ghost text agree: the ghost goes on from the item that is selected in the list. */
async function goesOnFromTheList(bench) {
  await bench.quickOpen("cone.py");
  await bench.goto(2, 5);
  await bench.type("return ra");
  const rows = bench.page.locator(".suggest-widget.visible .monaco-list-row");
  await until("the list", async () => {
    await bench.page.keyboard.press("Control+Space");
    await bench.settled();
    return rows.filter({ hasText: "radius" }).count();
  });
  const reads = (text) => async () => (await bench.lines("cone.py")).includes(`    return ${text}`);
  await until("the ghost text of the first item", reads("radius ** 2 * rate"));
  await bench.shot("4-list");
  await bench.page.keyboard.press("ArrowDown");
  await until("the ghost text of the next item", reads("rate * radius"));
  await bench.shot("5-list-next");
  await bench.page.keyboard.press("Tab");
  await bench.at(2, 16);
  await until("the rest of the ghost text", reads("rate * radius"));
  await bench.page.keyboard.press("Tab");
  await bench.saved("cone.py", "def cone(radius, rate):\n    return rate * radius\n");
}

/** A cell is completed with what an earlier cell defines; other cells keep what they hold. */
async function completesCells(bench) {
  await bench.page.getByRole("treeitem", { name: "report.ipynb" }).dblclick();
  const cell = bench.page.locator(".notebookOverlay .code-cell-row .monaco-editor", { hasText: "numbers" });
  await cell.locator(".view-line").first().click();
  await bench.page.keyboard.press("Control+End");
  await bench.page.keyboard.press("Enter");
  await bench.type("larger = ");
  const ghost = cell.locator(".ghost-text-decoration, .ghost-text");
  await ghost.first().waitFor();
  assert.equal(plain((await ghost.allTextContents()).join("")), "scaled(numbers, 3)");
  await bench.shot("6-notebook");
  await bench.page.keyboard.press("Tab");
  await bench.page.keyboard.press("Control+S");
  const file = path.join(bench.folder, "report.ipynb");
  const wanted = "numbers = [1, 2, 3]\\nlarger = scaled(numbers, 3)";
  await until("the saved notebook", () => {
    const text = fs.readFileSync(file, "utf8").replaceAll(/\\n",\s+"/g, "\\n");
    return text.includes(`"${wanted}"`) && text.trimEnd().endsWith("}");
  });
  const [first] = JSON.parse(fs.readFileSync(file, "utf8")).cells;
  assert.match([first.source].flat().join(""), /^%matplotlib inline\ndef scaled/);
  // The file is whole before the workbench knows it; until then it asks whether to save.
  await bench.page.locator(".tab.dirty").waitFor({ state: "detached" });
  await bench.palette("View: Close All Editors");
}

const WHY = "Phi: Why This Completion, or None";

/** Waits until the report on the last decision says `text`. */
async function why(bench, name, text) {
  let said = "";
  const says = async () => {
    await bench.focus(name);
    await bench.palette(WHY);
    const shown = bench.page.locator(".editor-instance .monaco-editor[data-uri*='/Why'] .view-line");
    await shown.first().waitFor();
    said = plain((await shown.allTextContents()).join("\n"));
    await bench.palette("View: Close Editor");
    return said.includes(text);
  };
  await until(`the report that says ${text}`, says).catch((error) => {
    throw new Error(`${error.message}; it says:\n${said}`);
  });
}

/** Begins a line again and again, until ghost text goes on with it. */
async function lineBrings(bench, what, name, line) {
  const ghost = bench.editor(name).locator(".ghost-text-decoration, .ghost-text").first();
  await until(what, async () => {
    await bench.page.keyboard.press("End");
    await bench.page.keyboard.press("Enter");
    await bench.type(line);
    return appears(ghost, 3000);
  });
}

/** Settings of a folder, which the workbench follows; those of a language win over those of all. */
async function followsSettings(bench) {
  const set = (values) => writeSettings(bench.folder, values);
  set({ "[python]": { "phi.inlineCompletion.enable": false } });
  await bench.quickOpen("later.py");
  await why(bench, "later.py", "phi.inlineCompletion.enable is off for this python file");
  set({ "[python]": { "phi.inlineCompletion.enable": true }, "phi.inlineCompletion.enable": false });
  await lineBrings(bench, "ghost text where it is on for the language only", "later.py", "later = ");
  assert.equal(await bench.ghost("later.py"), "'after the restart'");
  set({});
}

const servers = (bench) =>
  phiProcesses(bench.process.pid).filter(({ command }) => command.includes("phi_ls serve"));

async function outlivesItsServer(bench) {
  await bench.page.keyboard.press("Escape");
  const [server] = servers(bench);
  process.kill(server.pid, "SIGKILL");
  await until("another server", () => servers(bench).some(({ pid }) => pid !== server.pid));
  await bench.status("Phi: scripted");
  await lineBrings(bench, "ghost text from the new server", "later.py", "later = ");
  await bench.shot("7-restarted");
  await bench.page.keyboard.press("Tab");
  await until("the accepted line", async () =>
    (await bench.lines("later.py")).includes("later = 'after the restart'"),
  );
  await bench.palette("File: Save All Files");
}

/** Two windows have a server each; one that is killed is the other's no concern. */
async function keepsWindowsApart(bench, folder) {
  const [mine] = servers(bench);
  const other = await bench.window(folder);
  await other.openFile("aside.py");
  await other.status("Phi: scripted");
  await other.type("aside = ");
  assert.equal(await other.ghost("aside.py"), "'the other window'");
  await other.shot("8-other-window");
  const theirs = servers(bench).filter(({ pid }) => pid !== mine.pid);
  assert.equal(theirs.length, 1);
  process.kill(theirs[0].pid, "SIGKILL");
  await until("the other window's new server", () => servers(bench).length === 2);
  assert.ok(servers(bench).some(({ pid }) => pid === mine.pid));
  await other.status("Phi: scripted");
  await other.close();
}

/** Folders of one window share a server, and each has its own settings. */
async function knowsItsFolders(bench, workspace) {
  const both = await bench.window(workspace);
  await both.quickOpen("here.py");
  await both.status("Phi: scripted");
  await both.type("here = ");
  assert.equal(await both.ghost("here.py"), "'the first folder'");
  await both.shot("9-folders");
  await both.page.keyboard.press("Tab");
  await both.quickOpen("there.py");
  await both.type("there = ");
  await why(both, "there.py", "phi.inlineCompletion.enable is off for this python file");
  assert.equal(await both.editor("there.py").locator(".ghost-text").count(), 0);
  await both.close();
}

async function showsTheWay(bench) {
  await bench.palette("View: Close All Editors");
  await (await bench.status("Phi: scripted")).click();
  const menu = bench.page.locator(".quick-input-list .monaco-list-row");
  await menu.filter({ hasText: "Why This Completion, or None" }).waitFor();
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
  await bench.palette("Phi: Get Started");
  const steps = bench.page.locator(".gettingStartedContainer");
  await steps.getByText("See what this machine has").first().waitFor();
  const picture = steps.locator("img").first();
  await picture.waitFor();
  await until("the picture of a step", () => picture.evaluate((image) => image.naturalWidth > 0));
  await bench.shot("walkthrough");
  await steps.getByText("Try a completion").first().click();
  await steps.getByText("Open a File to Try").first().click();
  const editor = bench.page.locator(".editor-instance .monaco-editor[data-uri^='untitled']");
  const ghost = editor.locator(".ghost-text-decoration, .ghost-text");
  await ghost.first().waitFor();
  assert.match(
    plain((await ghost.allTextContents()).join("")),
    /^\[price for name, price in basket\.items\(\)/,
  );
  await bench.shot("try");
}

/** A folder that nobody has trusted: its settings run nothing, and the status says so. */
async function distrusts(bench) {
  await bench.status("Phi: failed");
  await bench.shot("10-no-interpreter");
  bench.setMachine(SCRIPTED);
  await bench.status("Phi: scripted");
  await bench.palette("Notifications: Clear All Notifications");
  await bench.openFile("here.py");
  await bench.type("here = ");
  assert.equal(await bench.ghost("here.py"), "'the first folder'");
  const said = await bench.tooltip("not trusted");
  assert.match(said, /what its settings say about programs, backends and models is ignored/);
  await bench.shot("11-not-trusted");
  await bench.page.mouse.move(600, 300);
  assert.deepEqual(
    phiProcesses(bench.process.pid).filter(({ command }) => command.includes("strangers-python")),
    [],
  );
  await bench.palette("Workspaces: Manage Workspace Trust");
  await bench.page
    .locator(".workspace-trust-editor")
    .getByRole("button", { name: "Trust", exact: true })
    .click();
  const trusted = bench.page.locator(".workspace-trust-editor").getByText("You trust this folder");
  await trusted.click(); // the button is gone, and with it went the keyboard
  await bench.shot("12-trusted");
  await bench.page.keyboard.press("Escape"); // where this editor lies over the window, it goes
  await bench.status("Phi: scripted"); // after the restart that trust brings along
  await bench.tooltip(/^(?![^]*not trusted)[^]*is ready/);
  assert.ok(servers(bench).every(({ command }) => command.includes(SCRIPTED["phi.server.python"])));
}

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
try {
  const places = makePlaces(OUT);
  bench = await open(path.join(OUT, "main"), places.project, {
    machine: SCRIPTED,
    user: { ...PAGE, "editor.wordBasedSuggestions": "currentDocument" },
  });
  await bench.openFile("shapes.py");
  await bench.status("Phi: scripted");
  tell("a window with the scripted engine, and the settings of docs/editors/vscode.md");
  await play(bench, {
    "ghost text was taken by the word, by the line and whole": () => acceptsParts(bench),
    "ghost text goes on from what is selected in the list": () => goesOnFromTheList(bench),
    "a notebook's cell knows the cells before it": () => completesCells(bench),
    "settings of a language were followed while the server ran": () => followsSettings(bench),
    "a server that was killed was started again": () => outlivesItsServer(bench),
    "two windows, two servers": () => keepsWindowsApart(bench, places.other),
    "two folders in a window, each with its settings": () => knowsItsFolders(bench, places.both),
    "menu, log, report and first steps are in reach": () => showsTheWay(bench),
  });
  await bench.close();
  bench = await open(path.join(OUT, "guarded"), places.stranger, {
    machine: { ...SCRIPTED, "phi.server.python": "/no/such/python" },
    user: TRUSTING,
    trust: true,
  });
  await play(bench, {
    "no interpreter, then one; a folder that is not trusted chose neither": () => distrusts(bench),
  });
} catch (error) {
  await bench?.page?.screenshot({ path: path.join(SHOTS, "failure.png") }).catch(() => undefined);
  console.error(`FAILED: ${error.stack}\nlogs: ${OUT}`);
  process.exitCode = 1;
} finally {
  await bench?.close();
  tell(process.exitCode ? "failed" : "passed");
}
