/** The palette's commands. The server does the work; here its answers are shown. */
import * as vscode from "vscode";
import { backends, palette, ServerCommand, Setting, type PaletteId, type ServerCommandId } from "./generated";
import type { Server } from "./server";

/** What `document` answers; where the edit was applied, it speaks for itself. */
interface Documented {
  readonly applied: boolean;
  readonly message: string;
}

export const MENU = "phi.menu";
const REPORTS = "phi-report";

/** Code, as the server's commands take it. */
interface Target {
  readonly uri: string;
  readonly range: { readonly start: Place; readonly end: Place };
  readonly version?: number;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

type Asked = Pick<Server, "request" | "restart">;

export function registerCommands(server: Asked, log: vscode.LogOutputChannel): vscode.Disposable {
  const reports = new Reports();
  const report = async (command: ServerCommandId, title: string): Promise<void> => {
    const answer = await execute(server, command, [{}]);
    if (has(answer, "text")) {
      await reports.show(title, answer.text);
    }
  };
  const handlers: Record<PaletteId, (target?: Target) => unknown> = {
    "phi.explain": (target) => act(server, ServerCommand.explain, target),
    "phi.document": (target) => act(server, ServerCommand.document, target),
    "phi.why": () => report(ServerCommand.why, "Why"),
    "phi.showPrompt": () => report(ServerCommand.showPrompt, "Last prompt"),
    "phi.doctor": () => report(ServerCommand.doctor, "Doctor"),
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

/** Runs a server command and shows what it answers: for the palette, links in hovers and the light bulb alike. */
export async function execute(server: Asked, command: string, args: unknown[]): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await server.request(command, args);
  } catch (error) {
    if (!isCancelled(error)) {
      void vscode.window.showErrorMessage(`phi-ls: ${(error as Error).message}`);
    }
    return undefined;
  }
  if (command === ServerCommand.explain && has(answer, "uri")) {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.parse(answer.uri));
  } else if (command === ServerCommand.document && isRefused(answer)) {
    void vscode.window.showWarningMessage(`phi-ls: ${answer.message}`);
  }
  return answer;
}

async function act(server: Asked, command: ServerCommandId, given: Target | undefined): Promise<void> {
  const target = given ?? selected();
  if (target) {
    await execute(server, command, [target]);
  } else {
    void vscode.window.showInformationMessage("Open a file and put the cursor on the code that is meant.");
  }
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

function selected(): Target | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return undefined;
  }
  const { document, selection } = editor;
  const place = ({ line, character }: vscode.Position): Place => ({
    line,
    character,
  });
  return {
    uri: document.uri.toString(),
    range: { start: place(selection.start), end: place(selection.end) },
    version: document.version,
  };
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

function isRefused(answer: unknown): answer is Documented {
  return has(answer, "message") && !(answer as { applied?: unknown }).applied;
}

/** Whether a server's answer has a text under this name. */
function has<Name extends string>(answer: unknown, name: Name): answer is Record<Name, string> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    typeof (answer as Record<string, unknown>)[name] === "string"
  );
}

/** Codes -32800 and -32802 of the protocol: the request was cancelled, by the client or by the server. */
function isCancelled(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return error instanceof vscode.CancellationError || code === -32800 || code === -32802;
}
