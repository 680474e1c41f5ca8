/**
 * An environment of the extension's own, made with the wheel that is packed with it. pip fetches the packages that the
 * wheel needs, so it is made only after a person has agreed. What was begun and not finished is gone on with.
 */
import { interpreterOf } from "./python";
import type { Run } from "./run";

const OLDEST = [3, 11] as const;
const PROBE_MS = 20_000;
const MAKE_MS = 120_000;
const INSTALL_MS = 1_800_000;

export interface Recipe {
  readonly run: Run;
  readonly platform: NodeJS.Platform;
  /** Where the environment goes. */
  readonly folder: string;
  readonly wheel: string;
  /** A folder that holds every package; pip then opens no connection. Empty: pip fetches them. */
  readonly wheels: string;
  /** The editor's proxy as pip takes it. */
  readonly proxy: NodeJS.ProcessEnv;
  /** The interpreter that the Python extension has chosen. */
  readonly chosenPython: string | undefined;
  readonly signal: AbortSignal;
  report(step: string): void;
}

/** Makes the environment, or what of it is missing; rejects with one line that says what to do. */
export async function makeEnvironment(recipe: Recipe): Promise<void> {
  const { run, signal } = recipe;
  const python = interpreterOf(recipe.folder, recipe.platform);
  if (!(await hasPip(recipe, python))) {
    recipe.report("looking for Python");
    const [command, ...leading] = await basePython(recipe);
    recipe.report("making the environment");
    await run(command, [...leading, "-m", "venv", "--clear", recipe.folder], { timeoutMs: MAKE_MS, signal });
  }
  recipe.report("installing phi-ls with pip; this can take a few minutes");
  const source = recipe.wheels ? ["--no-index", "--find-links", recipe.wheels] : [];
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", ...source];
  await run(python, [...pip, `${recipe.wheel}[cpu]`], { timeoutMs: INSTALL_MS, signal, env: recipe.proxy });
}

/** Whether an earlier attempt came as far as an interpreter with pip, which keeps what it has installed. */
async function hasPip({ run, signal }: Recipe, python: string): Promise<boolean> {
  try {
    await run(python, ["-c", "import pip"], { timeoutMs: PROBE_MS, signal });
    return true;
  } catch {
    return false;
  }
}

/** The editor's proxy settings in the words of pip; what the environment says already is left as it is. */
export function proxyOf(
  settings: { readonly proxy: string; readonly noProxy: readonly string[] },
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const says = (name: string): boolean => Boolean(inherited[name] ?? inherited[name.toLowerCase()]);
  const proxy = settings.proxy.trim();
  return {
    ...(proxy && !says("HTTPS_PROXY") ? { HTTPS_PROXY: proxy } : {}),
    ...(proxy && !says("HTTP_PROXY") ? { HTTP_PROXY: proxy } : {}),
    ...(settings.noProxy.length > 0 && !says("NO_PROXY") ? { NO_PROXY: settings.noProxy.join(",") } : {}),
  };
}

type Command = readonly [string, ...string[]];

async function basePython({ run, platform, chosenPython, signal }: Recipe): Promise<Command> {
  const usual: Command[] = platform === "win32" ? [["py", "-3"], ["python"]] : [["python3"], ["python"]];
  const options: Command[] = chosenPython ? [[chosenPython], ...usual] : usual;
  const refusals: string[] = [];
  for (const option of options) {
    const [command, ...leading] = option;
    try {
      const said = await run(command, [...leading, "-c", "import sys; print(*sys.version_info[:2])"], {
        timeoutMs: PROBE_MS,
        signal,
      });
      const [major = 0, minor = 0] = said.trim().split(" ").map(Number);
      if (major === OLDEST[0] && minor >= OLDEST[1]) {
        return option;
      }
      refusals.push(`${option.join(" ")} is ${major}.${minor}`);
    } catch (error) {
      refusals.push(`${option.join(" ")}: ${(error as Error).message}`);
    }
  }
  const wanted = OLDEST.join(".");
  throw new Error(
    `Python ${wanted} or later is needed (${refusals.join("; ")}). Install it, or name one in phi.server.python.`,
  );
}
