import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { build } from "esbuild";
import { beforeAll, beforeEach, expect, test } from "vitest";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "phi-ls-"));
const script = path.join(folder, "uninstall.js");
const home = path.join(folder, "home");
const models = path.join(home, "data", "models");
const environment = path.join(home, "data", "vscode");
/** The folders go in a process of their own, which outlives the script. */
const SOON = { timeout: 4000 };

beforeAll(async () => {
  const entryPoints = [path.join(__dirname, "../src/uninstall.ts")];
  await build({ entryPoints, bundle: true, platform: "node", outfile: script, logLevel: "error" });
});

beforeEach(() => {
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(models, { recursive: true });
});

function uninstall(): string {
  const env = { ...process.env, PHI_LS_HOME: home };
  return execFileSync(process.execPath, [script], { env, encoding: "utf8", stdio: "pipe" });
}

test.skipIf(process.platform === "win32")(
  "phi-ls cleans up after itself, then its environment goes",
  async () => {
    fs.mkdirSync(path.join(environment, "bin"), { recursive: true });
    const python = path.join(environment, "bin", "python");
    fs.writeFileSync(python, '#!/bin/sh\necho "kept $PHI_LS_HOME/data/models after $*"\n', { mode: 0o755 });
    expect(uninstall()).toBe(`kept ${models} after -m phi_ls uninstall\n`);
    await expect.poll(() => fs.readdirSync(path.join(home, "data")), SOON).toEqual(["models"]);
  },
);

test("an environment that was never finished goes all the same", async () => {
  fs.mkdirSync(environment);
  expect(uninstall()).toBe("");
  await expect.poll(() => fs.readdirSync(path.join(home, "data")), SOON).toEqual(["models"]);
});

test("without models no folder of phi-ls is left", async () => {
  fs.rmSync(models, { recursive: true });
  fs.mkdirSync(environment);
  uninstall();
  await expect.poll(() => fs.readdirSync(home), SOON).toEqual([]);
});

test("where phi-ls was installed by hand nothing is touched", () => {
  fs.mkdirSync(path.join(home, "cache"));
  expect(uninstall()).toBe("");
  expect(fs.readdirSync(home).sort()).toEqual(["cache", "data"]);
});
