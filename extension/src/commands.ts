/** The palette's commands. The server does the work; here its answers are shown. */
import * as vscode from "vscode";
import { act, execute, has, type Asked, type Target } from "./actions";
import { backends, palette, ServerCommand, Setting, type PaletteId, type ServerCommandId } from "./generated";

export const MENU = "phi.menu";
const REPORTS = "phi-report";

export function registerCommands(server: Asked, log: vscode.LogOutputChannel): vscode.Disposable {
  const reports = new Reports();
  const report = async (command: ServerCommandId, title: string): Promise<void> => {
    const answer = await execute(server, command, [{}]);
    if (has(answer, "text")) {
      await reports.show(title, answer.text);
    }
  };
  const acting = (command: ServerCommandId) => (target?: Target) => act(server, command, target);
  const handlers: Record<PaletteId, (target?: Target) => unknown> = {
    "phi.explain": acting(ServerCommand.explain),
    "phi.document": acting(ServerCommand.document),
    "phi.explainError": acting(ServerCommand.explainError),
    "phi.fix": acting(ServerCommand.fix),
    "phi.addTypes": acting(ServerCommand.addTypes),
    "phi.simplify": acting(ServerCommand.simplify),
    "phi.refactor": acting(ServerCommand.refactor),
    "phi.tests": acting(ServerCommand.tests),
    "phi.rename": acting(ServerCommand.rename),
    "phi.explainFile": acting(ServerCommand.explainFile),
    "phi.commitMessage": acting(ServerCommand.commitMessage),
    "phi.own": acting(ServerCommand.own),
    "phi.why": () => report(ServerCommand.why, "Why"),
    "phi.showPrompt": () => report(ServerCommand.showPrompt, "Last prompt"),
    "phi.doctor": () => report(ServerCommand.doctor, "Doctor"),
    "phi.forgetExplanations": async () => {
      const answer = await execute(server, ServerCommand.forgetExplanations, [{}]);
      if (has(answer, "text")) {
        void vscode.window.showInformationMessage(`phi-ls: ${answer.text}`);
      }
    },
    "phi.chooseBackend": chooseBackend,
    "phi.chooseModel": chooseModel,
    "phi.restart": () => server.restart(),
    "phi.showLog": () => {
      log.show();
    },
  };
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(REPORTS, reports),
    vscode.commands.registerCommand(MENU, showMenu),
    ...Object.entries(handlers).map(([id, handler]) => vscode.commands.registerCommand(id, handler)),
  );
}

/** Texts that can be read and searched, and that nobody is asked to save. */
class Reports implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  async show(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: REPORTS, path: `/${title}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }
}

async function showMenu(): Promise<void> {
  const items = palette.map(({ id, title, help }) => ({
    label: title,
    detail: help,
    id,
  }));
  const choice = await vscode.window.showQuickPick(items, {
    title: "phi-ls",
    matchOnDetail: true,
  });
  if (choice) {
    await vscode.commands.executeCommand(choice.id);
  }
}

async function chooseBackend(): Promise<void> {
  const current = vscode.workspace.getConfiguration().get<string>(Setting.backend);
  const items = backends.map((label) => ({
    label,
    description: label === current ? "chosen" : "",
  }));
  const choice = await vscode.window.showQuickPick(items, {
    title: "Where the model runs",
  });
  if (choice) {
    await write(Setting.backend, choice.label);
  }
}

async function chooseModel(): Promise<void> {
  const current = vscode.workspace.getConfiguration().get<string>(Setting.model);
  const options: (vscode.QuickPickItem & {
    ask: () => Thenable<string | undefined>;
  })[] = [
    {
      label: "auto",
      description: "the best one that is present",
      ask: () => Promise.resolve("auto"),
    },
    {
      label: "Model id…",
      description: "as `phi-ls models list` names it",
      ask: () => vscode.window.showInputBox({ title: "Model id", value: current ?? "" }),
    },
    {
      label: "GGUF file…",
      ask: () => path({ canSelectFiles: true, filters: { GGUF: ["gguf"] } }),
    },
    {
      label: "ONNX model folder…",
      ask: () => path({ canSelectFiles: false, canSelectFolders: true }),
    },
  ];
  const title = `Model (${current ?? "not set"})`;
  const model = (await (await vscode.window.showQuickPick(options, { title }))?.ask())?.trim();
  if (model) {
    await write(Setting.model, model);
  }
}

async function path(options: vscode.OpenDialogOptions): Promise<string | undefined> {
  return (
    await vscode.window.showOpenDialog({
      ...options,
      openLabel: "Use This Model",
    })
  )?.[0]?.fsPath;
}

function write(setting: string, value: string): Thenable<void> {
  return vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
}
