/** What the palette needs beyond a server command: the selection, the problems there, a question to the person. */
import * as vscode from "vscode";
import type { Answer, Answers } from "./answers";
import { selectionOf } from "./cursor";
import { ServerCommand, Setting, type ServerCommandId } from "./generated";
import type { Server } from "./server";

/** Who is asked, and where the answers are shown. */
export interface Asked {
  readonly server: Pick<Server, "request" | "restart">;
  readonly answers: Pick<Answers, "show" | "keep" | "open" | "choose">;
}

/** What an action answers where it did not change a file. */
interface Refused {
  readonly message: string;
}

interface Names {
  readonly name: string;
  readonly names: readonly string[];
  readonly position: Place;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** Code, as the server's commands take it. */
export interface Target {
  readonly uri: string;
  readonly range?: { readonly start: Place; readonly end: Place };
  readonly version?: number;
  readonly problems?: readonly string[];
  readonly instruction?: string;
  readonly title?: string;
  /** The answer is wanted in the hover that asks for it, which stands here. */
  readonly hover?: Place & { readonly uri: string };
  /** An explanation that is kept for hovers will do. */
  readonly kept?: boolean;
}

interface Git {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
}

/** Their answers are shown by who asks for them. */
const REPORTS: readonly string[] = [
  ServerCommand.why,
  ServerCommand.showPrompt,
  ServerCommand.doctor,
  ServerCommand.backends,
  ServerCommand.models,
];

/** Runs a server command and shows what it answers: for the palette, links in hovers and the light bulb alike. */
export async function execute(asked: Asked, command: string, args: unknown[]): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await asked.server.request(command, args);
  } catch (error) {
    if (!isCancelled(error)) {
      void vscode.window.showErrorMessage(`phi-ls: ${(error as Error).message}`);
    }
    return undefined;
  }
  if (REPORTS.includes(command)) {
    return answer;
  }
  const { hover } = (args[0] ?? {}) as Partial<Target>;
  if (hover) {
    await reopen(hover);
  } else if (isRefused(answer)) {
    void refuse(asked, answer);
  } else if (command === ServerCommand.commitMessage && has(answer, "text")) {
    propose(answer.text, (args[0] as Target).uri);
  } else if (command === ServerCommand.rename && isNames(answer)) {
    await rename(answer, (args[0] as Target).uri);
  } else if (isAnswer(answer)) {
    asked.answers[isDiscarded(answer) ? "keep" : "show"](answer);
  }
  return answer;
}

export async function act(asked: Asked, command: ServerCommandId, given: Target | undefined): Promise<void> {
  const target = given ?? (await selected(command));
  if (!target) {
    void vscode.window.showInformationMessage("Open a file and put the cursor on the code that is meant.");
    return;
  }
  const whole = await completed(command, target);
  if (whole) {
    await execute(asked, command, [whole]);
  }
}

/** The target with what only a person can say; undefined where that is not said. */
async function completed(command: ServerCommandId, target: Target): Promise<Target | undefined> {
  if (command === ServerCommand.refactor && !target.instruction) {
    const instruction = await vscode.window.showInputBox({ title: "What to change" });
    return instruction ? { ...target, instruction } : undefined;
  }
  if (command === ServerCommand.own && !target.title) {
    const actions = vscode.workspace.getConfiguration().get<{ title: string }[]>(Setting.actions, []);
    if (actions.length === 0) {
      void vscode.window.showInformationMessage("Define an action of your own in the setting phi.actions.");
      return undefined;
    }
    const items = actions.map(({ title }) => ({ label: title }));
    const choice = await vscode.window.showQuickPick(items, { title: "My actions" });
    return choice ? { ...target, title: choice.label } : undefined;
  }
  return target;
}

async function selected(command: ServerCommandId): Promise<Target | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    const folder = vscode.workspace.workspaceFolders?.[0];
    return command === ServerCommand.commitMessage && folder ? { uri: folder.uri.toString() } : undefined;
  }
  const { document } = editor;
  const selection = await selectionOf(editor);
  const place = ({ line, character }: vscode.Position): Place => ({ line, character });
  const target = {
    uri: document.uri.toString(),
    range: { start: place(selection.start), end: place(selection.end) },
    version: document.version,
  };
  const about = command === ServerCommand.fix || command === ServerCommand.explainError;
  return about ? { ...target, problems: problems(document.uri, selection) } : target;
}

function problems(uri: vscode.Uri, selection: vscode.Range): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ range }) => range.intersection(selection) !== undefined)
    .map(({ range, message }) => `line ${String(range.start.line + 1)}: ${message}`);
}

/** Says why nothing was changed; the answer stays at hand. */
async function refuse({ answers }: Asked, refused: Refused): Promise<void> {
  const show = "Show the Answer";
  const answer = isAnswer(refused) ? refused : undefined;
  if (answer) {
    answers.keep(answer);
  }
  const choice = await vscode.window.showWarningMessage(
    `phi-ls: ${refused.message}`,
    ...(answer ? [show] : []),
  );
  if (answer && choice === show) {
    answers.open(answer.uri);
  }
}

/** Offers names; the editor's own rename carries the chosen one out, so that every use follows. */
async function rename({ name, names, position }: Names, address: string): Promise<void> {
  const items = names.map((label) => ({ label }));
  const choice = await vscode.window.showQuickPick(items, { title: `A better name for ${name}` });
  if (!choice) {
    return;
  }
  const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit | undefined>(
    "vscode.executeDocumentRenameProvider",
    vscode.Uri.parse(address),
    new vscode.Position(position.line, position.character),
    choice.label,
  );
  if (!edit || !(await vscode.workspace.applyEdit(edit))) {
    void vscode.window.showWarningMessage("phi-ls: no extension of this language can rename here.");
  }
}

/** Puts a commit message where the person commits; into a new document without git's extension. */
function propose(message: string, address: string): void {
  const git = vscode.extensions.getExtension<Git>("vscode.git")?.exports.getAPI(1);
  const inside = git?.repositories.find(({ rootUri }) => address.startsWith(rootUri.toString()));
  const repository = inside ?? git?.repositories[0];
  if (repository) {
    repository.inputBox.value = message;
    void vscode.commands.executeCommand("workbench.view.scm");
  } else {
    void vscode.workspace
      .openTextDocument({ content: message })
      .then((document) => vscode.window.showTextDocument(document));
  }
}

/** Opens a hover anew, so that it is asked for again; not where the person has gone to another document. */
async function reopen({ uri, line, character }: NonNullable<Target["hover"]>): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.toString() !== uri) {
    return;
  }
  const place = new vscode.Position(line, character);
  const word = editor.document.getWordRangeAtPosition(place);
  if (!word?.contains(editor.selection.active)) {
    editor.selection = new vscode.Selection(place, place);
  }
  await hideHover(); // one that is open would only get the focus
  await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
  await vscode.commands.executeCommand("editor.action.showHover");
}

async function hideHover(): Promise<void> {
  const known = await vscode.commands.getCommands(); // to run one that is unknown takes half a minute there
  if (known.includes("editor.action.hideHover")) {
    await vscode.commands.executeCommand("editor.action.hideHover");
    return;
  }
  // Older editors have no such command; there a hover leaves when its editor scrolls.
  for (const to of ["down", "up"]) {
    await vscode.commands.executeCommand("editorScroll", { to, by: "line", value: 1, revealCursor: false });
  }
}

function isRefused(answer: unknown): answer is Refused {
  return has(answer, "message") && (answer as { applied?: unknown }).applied === false;
}

function isAnswer(answer: unknown): answer is Answer {
  return has(answer, "uri") && has(answer, "title") && has(answer, "markdown");
}

/** An edit that the person has seen and turned down. */
function isDiscarded(answer: unknown): boolean {
  return (answer as { discarded?: unknown }).discarded === true;
}

function isNames(answer: unknown): answer is Names {
  return has(answer, "name") && Array.isArray((answer as { names?: unknown }).names);
}

/** Whether a server's answer has a text under this name. */
export function has<Name extends string>(answer: unknown, name: Name): answer is Record<Name, string> {
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
