/** Offers an environment of the extension's own, and makes it before the person's eyes. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { makeEnvironment, proxyOf } from "./environment";
import { environmentOf } from "./folders";
import { Setting } from "./generated";
import { run } from "./run";
import { failed, STARTING, type Status } from "./status";

export interface Site {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  show: (status: Status) => void;
  chosenPython: () => Promise<string | undefined>;
}

const MAKE = "Make It";
const GO_ON = "Go On";
const CHOOSE = "Choose an Interpreter";

export function environmentFolder(): string {
  return environmentOf({ platform: process.platform, home: os.homedir(), env: process.env });
}

export function versionOf(context: vscode.ExtensionContext): string {
  return (context.extension.packageJSON as { version: string }).version;
}

/** Asks, and makes the environment; true when there is one in the end. Never rejects: the status says what went wrong. */
export async function offerEnvironment(site: Site): Promise<boolean> {
  const begun = fs.existsSync(environmentFolder());
  const question = begun
    ? "The Python environment of phi-ls is not complete. Go on with it? What pip has fetched already is kept."
    : "phi-ls needs a Python environment. Make one of its own? pip then downloads the packages that phi-ls runs on.";
  const choice = await vscode.window.showInformationMessage(question, begun ? GO_ON : MAKE, CHOOSE);
  if (choice === CHOOSE) {
    await vscode.commands.executeCommand("workbench.action.openSettings", Setting.serverPython);
  }
  if (choice !== MAKE && choice !== GO_ON) {
    return false;
  }
  const progress = { location: vscode.ProgressLocation.Notification, title: "phi-ls", cancellable: true };
  try {
    await vscode.window.withProgress(progress, (shown, token) => make(site, shown, token));
    return true;
  } catch (error) {
    const { message } = error as Error;
    site.log.error(message);
    site.show(failed(`the environment was not made: ${message}`));
    void vscode.window.showErrorMessage(`phi-ls: the environment was not made: ${message}`);
    return false;
  }
}

async function make(
  { context, log, show, chosenPython }: Site,
  shown: vscode.Progress<{ message: string }>,
  token: vscode.CancellationToken,
): Promise<void> {
  const cancelled = new AbortController();
  token.onCancellationRequested(() => {
    cancelled.abort();
  });
  const settings = vscode.workspace.getConfiguration();
  const proxy = {
    proxy: settings.get("http.proxy", ""),
    noProxy: settings.get<string[]>("http.noProxy", []),
  };
  await makeEnvironment({
    run,
    platform: process.platform,
    folder: environmentFolder(),
    wheel: path.join(context.extensionPath, "dist", `phi_ls-${versionOf(context)}-py3-none-any.whl`),
    wheels: settings.get(Setting.serverWheels, "").trim(),
    proxy: proxyOf(proxy, process.env),
    chosenPython: await chosenPython(),
    signal: cancelled.signal,
    report: (message) => {
      log.info(message);
      show({ ...STARTING, message });
      shown.report({ message });
    },
  });
}
