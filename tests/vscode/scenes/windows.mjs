// Settings, servers, windows and folders that change while all of it runs.
import assert from "node:assert/strict";
import { servers } from "../network.mjs";
import { writeSettings } from "../places.mjs";
import { appears, plain, until } from "../workbench.mjs";

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

/** Writes the last line again and again, until ghost text goes on with it. */
async function lineBrings(bench, what, name, line) {
  const ghost = bench.editor(name).locator(".ghost-text-decoration, .ghost-text").first();
  await until(what, async () => {
    await bench.page.keyboard.press("Control+End");
    await bench.page.keyboard.press("Shift+Home");
    await bench.type(line);
    return appears(ghost, 3000);
  });
}

/** Settings of a folder, which the workbench follows; those of a language win over those of all. */
export async function followsSettings(bench) {
  const set = (values) => writeSettings(bench.folder, values);
  set({ "[python]": { "phi.inlineCompletion.enable": false } });
  await bench.quickOpen("later.py");
  await why(bench, "later.py", "phi.inlineCompletion.enable is off for this python file");
  set({ "[python]": { "phi.inlineCompletion.enable": true }, "phi.inlineCompletion.enable": false });
  await lineBrings(bench, "ghost text where it is on for the language only", "later.py", "later = ");
  assert.equal(await bench.ghost("later.py"), "'after the restart'");
  set({});
}

export async function outlivesItsServer(bench) {
  await bench.quickOpen("later.py");
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
export async function keepsWindowsApart(bench, folder) {
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
export async function knowsItsFolders(bench, workspace) {
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
