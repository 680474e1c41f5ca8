/** Starts the server, shows what it says, offers its commands. No prompts, no model names, no defaults live here. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { execute } from "./actions";
import { MENU, registerCommands } from "./commands";
import { makeEnvironment } from "./environment";
import { restartSettings, Setting } from "./generated";
import { findServer, interpreterOf, type Search } from "./python";
import { run } from "./run";
import { Server } from "./server";
import { failed, STARTING, StatusItem } from "./status";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Phi", { log: true });
  const status = new StatusItem(MENU);
  const started: Server = new Server({
    log,
    folder: context.extensionPath,
    find: () => find(context),
    show: (value) => {
      status.show(value);
    },
    offerEnvironment: () => {
      void offerEnvironment(context, log, status);
    },
    execute: (command, args) => execute(started, command, args),
  });
  server = started;
  context.subscriptions.push(
    log,
    status,
    registerCommands(started, log),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (restartSettings.some((setting) => event.affectsConfiguration(setting))) {
        void started.restart();
      }
    }),
  );
  return started.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

function find(context: vscode.ExtensionContext): Promise<Search> {
  return findServer({
    version: versionOf(context),
    setting: vscode.workspace.getConfiguration().get(Setting.serverPython, "").trim(),
    run,
    chosenPython,
    ownPython: () => {
      const python = interpreterOf(environmentFolder(context), process.platform);
      return fs.existsSync(python) ? python : undefined;
    },
  });
}

async function offerEnvironment(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  status: StatusItem,
): Promise<void> {
  const question =
    "phi-ls needs a Python environment. Make one of its own? pip then downloads the packages that phi-ls runs on.";
  const choice = await vscode.window.showInformationMessage(question, "Make It", "Choose an Interpreter");
  if (choice === "Choose an Interpreter") {
    await vscode.commands.executeCommand("workbench.action.openSettings", Setting.serverPython);
  }
  if (choice !== "Make It") {
    return;
  }
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: "phi-ls",
    cancellable: true,
  };
  try {
    await vscode.window.withProgress(progress, async (shown, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => {
        cancelled.abort();
      });
      await makeEnvironment({
        run,
        platform: process.platform,
        folder: environmentFolder(context),
        wheel: path.join(context.extensionPath, "dist", `phi_ls-${versionOf(context)}-py3-none-any.whl`),
        chosenPython: await chosenPython(),
        signal: cancelled.signal,
        report: (message) => {
          log.info(message);
          status.show({ ...STARTING, message });
          shown.report({ message });
        },
      });
    });
  } catch (error) {
    const { message } = error as Error;
    log.error(message);
    status.show(failed(`the environment was not made: ${message}`));
    void vscode.window.showErrorMessage(`phi-ls: the environment was not made: ${message}`);
    return;
  }
  await server?.restart();
}

function environmentFolder(context: vscode.ExtensionContext): string {
  return path.join(context.globalStorageUri.fsPath, "environment");
}

function versionOf(context: vscode.ExtensionContext): string {
  return (context.extension.packageJSON as { version: string }).version;
}

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(chosen: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

async function chosenPython(): Promise<string | undefined> {
  try {
    const api = await vscode.extensions.getExtension<PythonApi>("ms-python.python")?.activate();
    const chosen = api?.environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
    const found = chosen && (await api?.environments.resolveEnvironment(chosen));
    return found?.executable.uri?.fsPath;
  } catch {
    return undefined; // that extension is someone else's: when it fails, the search goes on without it
  }
}
