/** Starts the server, shows what it says, offers its commands. No prompts, no model names, no defaults live here. */
import * as fs from "node:fs";
import * as vscode from "vscode";
import { execute, type Asked } from "./actions";
import { Answers } from "./answers";
import { MENU, registerCommands } from "./commands";
import { restartSettings, Setting } from "./generated";
import { Hints } from "./hint";
import { environmentFolder, offerEnvironment, versionOf, type Site } from "./install";
import { findServer, interpreterOf, type Search } from "./python";
import { Reviews } from "./review";
import { run } from "./run";
import { Server } from "./server";
import { StatusItem } from "./status";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Phi", { log: true });
  const status = new StatusItem(MENU);
  const hints = new Hints();
  const answers = new Answers(context.extensionUri, log);
  const reviews = new Reviews();
  const started: Server = new Server({
    log,
    folder: context.extensionPath,
    find: () => find(context),
    show: (value) => {
      status.show(value);
      hints.show(value);
    },
    offerEnvironment: () => {
      void offer({
        context,
        log,
        chosenPython,
        show: (value) => {
          status.show(value);
        },
      });
    },
    confirmed: (params) => reviews.confirmed(params),
    onAnswer: (answer) => {
      answers.show(answer);
    },
    execute: (command, args) => execute(asked, command, args),
  });
  const asked: Asked = { server: started, answers };
  server = started;
  context.subscriptions.push(
    log,
    status,
    answers,
    reviews,
    registerCommands(asked, log, context.extension),
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
      const python = interpreterOf(environmentFolder(), process.platform);
      return fs.existsSync(python) ? python : undefined;
    },
  });
}

async function offer(site: Site): Promise<void> {
  if (await offerEnvironment(site)) {
    await server?.restart();
  }
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
