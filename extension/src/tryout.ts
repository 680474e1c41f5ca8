/** A place to try completions: a document that nobody is asked to save, and the key that a person would press next. */
import * as vscode from "vscode";

export async function tryCompletion(extension: vscode.Uri): Promise<void> {
  const sample = await vscode.workspace.fs.readFile(
    vscode.Uri.joinPath(extension, "extension", "media", "try.py"),
  );
  const content = Buffer.from(sample).toString("utf8").trimEnd();
  const document = await vscode.workspace.openTextDocument({ language: "python", content });
  const lines = content.split("\n");
  const [line, column] = [lines.length - 1, lines.at(-1)?.length ?? 0];
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(line, column, line, column) });
  await vscode.commands.executeCommand("type", { text: " " });
}

/** The pages that say what to do first. */
export function getStarted(context: vscode.Extension<unknown>): Thenable<unknown> {
  return vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.id}#start`, false);
}
