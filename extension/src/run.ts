import { execFile } from "node:child_process";

export interface RunOptions {
  timeoutMs: number;
  signal?: AbortSignal;
  /** What the program's environment has beside that of the editor. */
  env?: NodeJS.ProcessEnv;
}

/** Runs a program; resolves with its standard output, rejects with one line that says what went wrong. */
export type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<string>;

/** The environment of everything that is started: the workspace's folder never gets onto Python's path. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONSAFEPATH: "1", PYTHONUTF8: "1" };
}

export const run: Run = (command, args, { timeoutMs, signal, env }) =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      env: { ...environment(), ...env },
      windowsHide: true,
      maxBuffer: 16 * 1024 * 1024,
    };
    execFile(command, args, signal ? { ...options, signal } : options, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(reason(error, stderr, timeoutMs)));
      } else {
        resolve(stdout);
      }
    });
  });

function reason(
  error: Error & { code?: unknown; killed?: boolean },
  stderr: string,
  timeoutMs: number,
): string {
  if (error.name === "AbortError") {
    return "cancelled";
  }
  if (error.killed) {
    return `no answer within ${timeoutMs / 1000} s`;
  }
  if (error.code === "ENOENT") {
    return "not found";
  }
  return lastLine(stderr) || error.message;
}

/** The last line that says something; of a Python traceback that is the error itself. */
export function lastLine(text: string): string {
  return text.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
}
