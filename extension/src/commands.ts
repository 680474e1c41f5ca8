/** The palette's commands. The server does the work; here its answers are shown. */
import * as vscode from "vscode";
import { act, execute, has, type Asked, type Target } from "./actions";
import { backends, palette, ServerCommand, Setting, type PaletteId, type ServerCommandId } from "./generated";
import { switchedOff } from "./scope";
import { installBackend, pullModel } from "./supply";
import { getStarted, tryCompletion } from "./tryout";

export const MENU = "phi.menu";
/** What belongs to the machine rather than to the code: the status item offers it first. */
const MACHINE: readonly PaletteId[] = [
  "phi.pullModel",
  "phi.installBackend",
  "phi.chooseBackend",
  "phi.chooseModel",
  "phi.doctor",
  "phi.why",
  "phi.showLog",
  "phi.restart",
  "phi.getStarted",
];
const REPORTS = "phi-report";

export function registerCommands(
  asked: Asked,
  log: vscode.LogOutputChannel,
  extension: vscode.Extension<unknown>,
): vscode.Disposable {
  const reports = new Reports();
  const report = async (command: ServerCommandId, title: string): Promise<void> => {
    const answer = await execute(asked, command, [{}]);
    if (has(answer, "text")) {
      await reports.show(title, answer.text);
    }
  };
  const acting = (command: ServerCommandId) => (target?: Target) => act(asked, command, target);
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
    "phi.why": () => {
      const document = vscode.window.activeTextEditor?.document;
      const setting = document && switchedOff(document);
      return setting
        ? reports.show("Why", `The setting ${setting} is off for this ${document.languageId} file.\n`)
        : report(ServerCommand.why, "Why");
    },
    "phi.showPrompt": () => report(ServerCommand.showPrompt, "Last prompt"),
    "phi.doctor": () => report(ServerCommand.doctor, "Doctor"),
    "phi.forgetExplanations": async () => {
      const answer = await execute(asked, ServerCommand.forgetExplanations, [{}]);
      if (has(answer, "text")) {
        void vscode.window.showInformationMessage(`phi-ls: ${answer.text}`);
      }
    },
    "phi.pullModel": () => pullModel(asked),
    "phi.installBackend": () => installBackend(asked),
    "phi.chooseBackend": chooseBackend,
    "phi.chooseModel": chooseModel,
    "phi.tryCompletion": () => tryCompletion(extension.extensionUri),
    "phi.getStarted": () => getStarted(extension),
    "phi.answers": () => asked.answers.choose(),
    "phi.restart": () => asked.server.restart(),
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
  const item = ({ id, title, help }: (typeof palette)[number]) => ({ label: title, detail: help, id });
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, id: "" });
  const items = [
    separator("model and machine"),
    ...MACHINE.flatMap((wanted) => palette.filter(({ id }) => id === wanted).map(item)),
    separator("code"),
    ...palette.filter(({ id }) => !MACHINE.includes(id)).map(item),
  ];
  const choice = await vscode.window.showQuickPick(items, {
    title: "phi-ls",
    matchOnDetail: true,
  });
  if (choice?.id) {
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
