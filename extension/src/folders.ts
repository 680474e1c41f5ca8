/** Where things of phi-ls are on a machine, for what has to find them without the editor and without Python. */
import * as path from "node:path";

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The environment that the extension makes: beside the models, below what `phi_ls.paths` calls the data folder. */
export function environmentOf(machine: Machine): string {
  const paths = machine.platform === "win32" ? path.win32 : path.posix;
  return paths.join(dataOf(machine, paths), "vscode");
}

function dataOf({ platform, home, env }: Machine, paths: path.PlatformPath): string {
  if (env["PHI_LS_HOME"]) {
    return paths.join(env["PHI_LS_HOME"], "data");
  }
  if (platform === "win32") {
    return paths.join(env["LOCALAPPDATA"] ?? paths.join(home, "AppData", "Local"), "phi-ls");
  }
  if (platform === "darwin") {
    return paths.join(home, "Library", "Application Support", "phi-ls");
  }
  const base = env["XDG_DATA_HOME"]?.trim();
  return paths.join(base === undefined || base === "" ? paths.join(home, ".local", "share") : base, "phi-ls");
}
