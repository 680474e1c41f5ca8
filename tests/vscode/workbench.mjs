// A real VS Code workbench: code-server with the packed extension, driven through Chromium. Every wait is for something
// that can be seen: an element of the page, a line of the server's journal, a file on disk.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import * as settings from "./settings.mjs";

const CHROMIUM_ARGS = [
  "--no-sandbox", // the tests may run as root
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-dev-shm-usage",
  "--disable-sync",
  "--no-first-run",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // what would leave this machine fails, and is noticed
];

/** How long what should be there soon is waited for, in ms; E2E_SECONDS is for machines that are busy. */
const PATIENCE = Number(process.env.E2E_SECONDS ?? 30) * 1000;

/** Waits until `find` finds something, and returns it. */
export async function until(what, find, ms = PATIENCE) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether something is there within that time; what is not there is no error. */
export const appears = (locator, timeout) =>
  locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );

/** Text as it stands in the page, with plain spaces. */
export const plain = (text) => text.replaceAll("\u00a0", " ");

export class Workbench {
  /**
   * `folder` is opened; `out` is emptied and takes all that the programs write; `shots` takes the screenshots;
   * `machine` are the settings that belong to the machine, `user` are a person's beside those of settings.mjs, `keys`
   * their key bindings; `trust`: folders have to be trusted. `node` runs code-server.
   */
  static async open({ codeServer, browser, vsix, folder, out, shots, machine, env, ...more }) {
    const { user = {}, keys = [], trust = false, node = process.env.E2E_NODE ?? process.execPath } = more;
    const bench = new Workbench();
    Object.assign(bench, { codeServer, out, shots, folder, trust, node, outside: new Set() });
    bench.env = { ...process.env, ...bench.#home(), ...env, EXTENSIONS_GALLERY: "{}" };
    for (const name of Object.keys(bench.env)) if (name.startsWith("VSCODE_")) delete bench.env[name];
    bench.setUser(user);
    bench.#write("User", "keybindings.json", keys);
    bench.setMachine(machine);
    if (vsix) bench.#install(vsix);
    try {
      await bench.#serve();
      await bench.#browse(browser);
    } catch (error) {
      await bench.close();
      throw error;
    }
    return bench;
  }

  #home() {
    const home = path.join(this.out, "home");
    fs.mkdirSync(home, { recursive: true });
    const xdg = (name) => path.join(home, name);
    return {
      HOME: home,
      XDG_CONFIG_HOME: xdg(".config"),
      XDG_DATA_HOME: xdg(".local/share"),
      XDG_CACHE_HOME: xdg(".cache"),
      XDG_STATE_HOME: xdg(".local/state"),
    };
  }

  #write(place, name, values) {
    const file = path.join(this.out, "data", place, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // A workbench that runs reads the file when it changes: it must never see half of it.
    fs.writeFileSync(`${file}.new`, JSON.stringify(values, null, 1));
    fs.renameSync(`${file}.new`, file);
  }

  /** The settings that only a machine can have: interpreter, backend, model. A workbench that runs follows them. */
  setMachine(values) {
    this.#write("Machine", "settings.json", values);
  }

  /** A person's settings, beside those that keep a workbench quiet. */
  setUser(values) {
    this.#write("User", "settings.json", { ...settings.user, ...values });
  }

  #command(...args) {
    const entry = path.join(this.codeServer, "out/node/entry.js");
    const config = path.join(this.out, "code-server.yaml");
    const data = path.join(this.out, "data");
    const extensions = path.join(this.out, "extensions");
    return [entry, "--config", config, "--user-data-dir", data, "--extensions-dir", extensions, ...args];
  }

  #install(vsix) {
    const command = this.#command("--install-extension", vsix);
    execFileSync(this.node, command, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Takes an extension away; its last script is run when the editor starts the next time. */
  uninstall(id) {
    const command = this.#command("--uninstall-extension", id);
    execFileSync(this.node, command, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
  }

  async #serve() {
    const file = path.join(this.out, "code-server.log");
    const log = fs.openSync(file, "w");
    const quiet = ["--disable-telemetry", "--disable-update-check"];
    if (!this.trust) quiet.push("--disable-workspace-trust");
    const where = ["--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-getting-started-override"];
    const options = { env: this.env, stdio: ["ignore", log, log], detached: true };
    this.process = spawn(this.node, this.#command(...where, ...quiet, this.folder), options);
    const address = /listening on (http:\S+?)\/\s/;
    this.url = await until("code-server", () => address.exec(fs.readFileSync(file, "utf8"))?.[1], 60_000);
  }

  async #browse(executablePath) {
    this.browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
    this.context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: "reduce",
    });
    this.context.on("requestfailed", (request) => this.#noteHost(request));
    this.context.on("requestfinished", async (request) => {
      // A preview's resources have the address of a host, and come from the workbench's own service worker.
      const response = await request.response().catch(() => null);
      if (!response?.fromServiceWorker()) this.#noteHost(request);
    });
    await this.#openPage();
  }

  /** Another window of the same editor, on a folder or a file `.code-workspace`; closing it closes that window only. */
  async window(folder) {
    const other = Object.assign(new Workbench(), this, { folder, browser: undefined, process: undefined });
    await other.#openPage();
    return other;
  }

  async #openPage() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE);
    const log = fs.createWriteStream(path.join(this.out, "browser.log"), { flags: "a" });
    this.page.on("console", (message) => log.write(`[${message.type()}] ${message.text()}\n`));
    this.page.on("pageerror", (error) => log.write(`[error] ${error.stack}\n`));
    const payload = JSON.stringify([["skipWelcome", "true"]]);
    const kind = this.folder.endsWith(".code-workspace") ? "workspace" : "folder";
    await this.page.goto(
      `${this.url}/?${kind}=${encodeURIComponent(this.folder)}&payload=${encodeURIComponent(payload)}`,
    );
    await this.page.locator(".monaco-workbench").waitFor();
    if (kind === "workspace") await this.#foldersShown();
  }

  /**
   * VS Code itself drops the folders of a workspace file that it reads for the first time, when it has read them between
   * two steps of its start: the explorer stays empty, with or without an extension. It keeps what it read, so that the
   * window has its folders when it is loaded again, as a person would do.
   */
  async #foldersShown() {
    const folder = this.page.locator(".explorer-folders-view [role='treeitem']").first();
    const none = this.page.getByText("You have not yet added a folder to the workspace").first();
    await folder.or(none).first().waitFor();
    if (await appears(folder, 3000)) return;
    await this.page.reload();
    await folder.waitFor();
  }

  #noteHost(request) {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1") this.outside.add(hostname);
  }

  async openFile(name) {
    await this.page.getByRole("treeitem", { name }).dblclick();
    await this.focus(name);
  }

  /** Gives the keyboard to an editor; keys that are pressed while a preview has it take another way. */
  async focus(name) {
    const editor = this.editor(name);
    await editor.locator(".view-lines").click();
    await this.page.locator(`.monaco-editor.focused[data-uri$="${name}"]`).waitFor();
  }

  editor(name) {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="${name}"]`);
  }

  /** The lines of an editor as they are shown; ghost text is among them. */
  async lines(name) {
    return (await this.editor(name).locator(".view-line").allTextContents()).map(plain);
  }

  /** The extension's item of the status bar, once it shows `text`. */
  async status(text, timeout = 2 * PATIENCE) {
    const item = this.page.locator("#phi-ls\\.phi-ls\\.phi\\.status");
    await item.filter({ hasText: text }).waitFor({ timeout });
    return item;
  }

  async #quickInput(text) {
    const input = this.page.locator(".quick-input-box input");
    await input.waitFor();
    await input.fill(text);
  }

  async #quickInputClosed() {
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** A message or a progress at the edge of the window. */
  toast(text) {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  /** Where the cursor is, and how much is selected. */
  selection() {
    return this.page.locator("#status\\.editor\\.selection");
  }

  /** Chooses from a list of that title; the text is typed, since a list holds only the rows that it shows. */
  async pick(title, text) {
    await this.page.locator(".quick-input-title", { hasText: title }).waitFor();
    await this.#quickInput(text);
    await this.#pick(text);
  }

  async #pick(text, timeout = PATIENCE) {
    const label = this.page.locator(".label-name").getByText(text, { exact: true });
    await this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ has: label })
      .first()
      .click({ timeout });
  }

  /** Runs a command of the palette; `item` is what is chosen from the list that it shows. */
  async palette(title, item) {
    await this.page.keyboard.press("F1");
    await this.#quickInput(`>${title}`);
    await this.#pick(title);
    if (item) await this.#pick(item);
    await this.#quickInputClosed();
  }

  /** Opens a file by its name, wherever in the window's folders it is. */
  async quickOpen(name) {
    await until(`${name} in the list of files`, async () => {
      await this.page.keyboard.press("F1"); // Ctrl+P is the browser's where no editor has the keyboard
      await this.#quickInput(name);
      const picked = await this.#pick(name, 5000).then(
        () => true,
        () => false,
      );
      if (!picked) await this.page.keyboard.press("Escape"); // a window that is young has not found its files yet
      return picked;
    });
    await this.#quickInputClosed();
    await this.focus(name);
  }

  /**
   * What the status item says when the mouse is over it, once it says `text`. What an item says is drawn when the mouse
   * comes: where it has changed since, the mouse comes again.
   */
  async tooltip(text) {
    const tooltip = this.page.locator(".monaco-hover:visible", { hasText: text }).first();
    await until(`the tooltip that says ${text}`, async () => {
      await (await this.status("Phi:")).hover();
      if (await appears(tooltip, 2000)) return true;
      await this.page.mouse.move(600, 300);
      return false;
    });
    return plain((await tooltip.textContent()) ?? "");
  }

  /** Puts the cursor at a line and a column, both counted from 1. */
  async goto(line, column) {
    await this.page.keyboard.press("Control+G");
    await this.#quickInput(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.#quickInputClosed();
    const place = `Ln ${line}, Col ${column}`;
    await this.page.locator("#status\\.editor\\.selection", { hasText: place }).waitFor();
  }

  type(text) {
    return this.page.keyboard.type(text, { delay: 20 });
  }

  /** The ghost text of an editor, once it is there. */
  async ghost(name) {
    const parts = this.editor(name).locator(".ghost-text-decoration, .ghost-text");
    await parts.first().waitFor();
    return plain((await parts.allTextContents()).join(""));
  }

  /** Ghost text of several lines, once one of them holds `text`; its wrapper has no size, so it is never "visible". */
  async block(name, text) {
    const lines = this.editor(name).locator(".suggest-preview-text, .ghost-text-decoration, .ghost-text");
    await lines
      .filter({ hasText: text.replaceAll(" ", "\u00a0") })
      .first()
      .waitFor({ state: "attached" });
  }

  /** Waits until the cursor is in a line, and in that column. */
  async at(line, column = "") {
    const place = `Ln ${line}, Col ${column}`;
    await this.page.locator("#status\\.editor\\.selection", { hasText: place }).waitFor();
  }

  /** Waits until the page has drawn what the last key did. */
  async settled() {
    await this.page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 100))),
    );
  }

  async noGhost(name) {
    await this.editor(name).locator("[class*='ghost-text']").first().waitFor({ state: "detached" });
  }

  /** What the panel of answers shows; it is a page in a page in the page, as a notebook is. */
  answer() {
    const outer = this.page.frameLocator("iframe.webview.ready[src*='extensionId=phi-ls']");
    return outer.frameLocator("iframe#active-frame").locator("body");
  }

  /** Saves the active editor; resolves when the file on disk is as it should be. */
  async saved(name, expected) {
    const file = path.join(this.folder, name);
    await this.page.keyboard.press("Control+S");
    const same = () => fs.readFileSync(file, "utf8") === expected;
    await until(`${name} as expected`, same, 10_000).catch((error) => {
      throw new Error(`${error.message}; found:\n${fs.readFileSync(file, "utf8")}`);
    });
  }

  async shot(name) {
    await this.page.screenshot({ path: path.join(this.shots, `${name}.png`), animations: "disabled" });
  }

  async close() {
    if (!this.browser) await this.page?.close().catch(() => undefined);
    await this.browser?.close().catch(() => undefined);
    const server = this.process;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    // The extension host outlives its page for hours; the whole process group is ended.
    const end = (signal) => {
      try {
        process.kill(-server.pid, signal);
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    };
    const ended = new Promise((resolve) => server.once("exit", resolve));
    end("SIGTERM");
    const late = setTimeout(() => end("SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
  }
}
