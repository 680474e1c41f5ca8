/**
 * Run by the editor once the extension is gone. It takes along what came with it: the environment that it made, and what
 * phi-ls wrote there. The models stay, and are named; where phi-ls was installed by hand, nothing is touched.
 */
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { environmentOf } from "./folders";
import { interpreterOf } from "./python";
import { environment } from "./run";

const CLEAN_MS = 60_000;
/** The editor ends its extension's last script after five seconds; ten thousand files take longer on a busy machine. */
const REMOVE = `const fs = require("node:fs");
const [made, around] = process.argv.slice(1);
fs.rmSync(made, { recursive: true, force: true });
if (fs.readdirSync(around).length === 0) fs.rmdirSync(around);`;

const machine = { platform: process.platform, home: os.homedir(), env: process.env };
const made = environmentOf(machine);
if (fs.existsSync(made)) {
  try {
    const python = interpreterOf(made, machine.platform);
    const options = { env: environment(), timeout: CLEAN_MS, windowsHide: true, encoding: "utf8" } as const;
    process.stdout.write(execFileSync(python, ["-m", "phi_ls", "uninstall"], options));
  } catch (error) {
    // An environment that was never finished has no phi-ls to clean up after itself; it goes all the same.
    process.stderr.write(`${(error as Error).message}\n`);
  }
  const options = { detached: true, stdio: "ignore", windowsHide: true } as const;
  spawn(process.execPath, ["-e", REMOVE, made, path.dirname(made)], options).unref();
}
