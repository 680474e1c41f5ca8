/**
 * Which program is the server. The order: the setting, the Python extension's choice, `phi-ls` on the PATH, an
 * environment of the extension's own. A candidate counts only when it answers with a version that fits this extension.
 */
import * as path from "node:path";
import type { Run } from "./run";

const ANSWER_MS = 20_000;
const VERSION_OF_PACKAGE = "import phi_ls; print(phi_ls.__version__)";

/** How the server is started: `command` with `args`. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it was found, in words. */
  readonly origin: string;
}

/** What the search looks at. */
export interface World {
  /** The extension's own version; the server's first two numbers must equal it. */
  readonly version: string;
  /** The setting; empty when it is not set. */
  readonly setting: string;
  readonly run: Run;
  /** The interpreter that the Python extension has chosen. */
  chosenPython(): Promise<string | undefined>;
  /** The interpreter of the extension's own environment, when there is one. */
  ownPython(): string | undefined;
}

export type Search =
  | { readonly launch: Launch }
  /** `installable`: an environment of its own would help. */
  | {
      readonly launch: undefined;
      readonly reason: string;
      readonly installable: boolean;
    };

export async function findServer(world: World): Promise<Search> {
  const refusals: string[] = [];
  for await (const candidate of candidates(world)) {
    const refusal = await refuse(candidate, world);
    if (refusal === undefined) {
      return { launch: candidate.launch };
    }
    refusals.push(`${candidate.launch.origin}: ${refusal}`);
  }
  const installable = world.setting === "";
  const reason = [...(installable ? ["phi-ls is not installed"] : []), ...refusals].join("\n");
  return { launch: undefined, reason, installable };
}

interface Candidate {
  readonly launch: Launch;
  /** The arguments that make it say its version. */
  readonly version: readonly string[];
}

async function* candidates(world: World): AsyncGenerator<Candidate> {
  if (world.setting) {
    // Whoever names an interpreter wants that one: another would only hide the mistake.
    yield interpreter(world.setting, `phi.server.python (${world.setting})`);
    return;
  }
  const chosen = await world.chosenPython();
  if (chosen) {
    yield interpreter(chosen, `the Python extension's interpreter (${chosen})`);
  }
  yield {
    launch: {
      command: "phi-ls",
      args: ["serve"],
      origin: "phi-ls on the PATH",
    },
    version: ["--version"],
  };
  const own = world.ownPython();
  if (own) {
    yield interpreter(own, "the extension's own environment");
  }
}

function interpreter(command: string, origin: string): Candidate {
  return {
    launch: { command, args: ["-m", "phi_ls", "serve"], origin },
    version: ["-c", VERSION_OF_PACKAGE],
  };
}

/** Why a candidate is not taken, or undefined. */
async function refuse({ launch, version }: Candidate, world: World): Promise<string | undefined> {
  let said: string;
  try {
    said = await world.run(launch.command, version, { timeoutMs: ANSWER_MS });
  } catch (error) {
    return (error as Error).message;
  }
  const found = /\d+\.\d+\.\d+\S*/.exec(said)?.[0];
  if (!found) {
    return "it does not say which version of phi-ls it has";
  }
  const wanted = series(world.version);
  return series(found) === wanted ? undefined : `it has phi-ls ${found}; this extension wants ${wanted}.x`;
}

/** `0.1.7` -> `0.1`: within a series, servers and extensions work with each other. */
function series(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The interpreter of a virtual environment. */
export function interpreterOf(folder: string, platform: NodeJS.Platform): string {
  return platform === "win32"
    ? path.win32.join(folder, "Scripts", "python.exe")
    : path.posix.join(folder, "bin", "python");
}
