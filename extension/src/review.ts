/** An edit that is to be confirmed, shown beside the code as it is. The person applies or discards it. */
import * as path from "node:path";
import * as vscode from "vscode";
import type { ApplyWorkspaceEditParams, TextDocumentEdit, TextEdit } from "vscode-languageclient/node";

const SCHEME = "phi-preview";

export class Reviews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private count = 0;

  /**
   * The edit as it is to be made; undefined where it was turned down. The editor's own preview asks for each change
   * to be ticked, which is much for an edit that is taken as a whole.
   */
  async confirmed(params: ApplyWorkspaceEditParams): Promise<ApplyWorkspaceEditParams | undefined> {
    const { edit, label } = params;
    const annotations = Object.entries(edit.changeAnnotations ?? {});
    const change = edit.documentChanges?.[0];
    if (!annotations.some(([, { needsConfirmation }]) => needsConfirmation) || !change || !isText(change)) {
      return params;
    }
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(change.textDocument.uri));
    const title = label ?? "Edit";
    if (!(await this.asks(document, edited(document, change.edits as TextEdit[]), title))) {
      return undefined;
    }
    const agreed = annotations.map(([id, annotation]) => [id, { ...annotation, needsConfirmation: false }]);
    const changeAnnotations = Object.fromEntries(agreed) as NonNullable<typeof edit.changeAnnotations>;
    return { ...params, edit: { ...edit, changeAnnotations } };
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  dispose(): void {
    this.provider.dispose();
  }

  private async asks(document: vscode.TextDocument, text: string, title: string): Promise<boolean> {
    const name = path.posix.basename(document.uri.path);
    const after = vscode.Uri.from({ scheme: SCHEME, path: `/${String(++this.count)}/${name}` });
    this.texts.set(after.path, text);
    const options = { preview: true, preserveFocus: true };
    await vscode.commands.executeCommand("vscode.diff", document.uri, after, `${title} (${name})`, options);
    // A message would leave by itself after a while; this stays until it is answered, and Escape is a no.
    const items = [
      { label: "Apply", description: "one step to undo", agrees: true },
      { label: "Discard", description: "the text stays among the earlier answers", agrees: false },
    ];
    const asked = { title: `phi-ls: ${title}?`, ignoreFocusOut: true };
    const answer = await vscode.window.showQuickPick(items, asked);
    this.texts.delete(after.path);
    await close(after);
    return answer?.agrees === true;
  }
}

function isText(change: object): change is TextDocumentEdit {
  return "textDocument" in change && "edits" in change;
}

/** The text of a document with edits, which do not overlap, in it. */
function edited(document: vscode.TextDocument, edits: readonly TextEdit[]): string {
  const offset = ({ line, character }: TextEdit["range"]["start"]): number =>
    document.offsetAt(new vscode.Position(line, character));
  let text = document.getText();
  for (const { range, newText } of [...edits].sort(
    (one, other) => offset(other.range.start) - offset(one.range.start),
  )) {
    text = text.slice(0, offset(range.start)) + newText + text.slice(offset(range.end));
  }
  return text;
}

async function close(modified: vscode.Uri): Promise<void> {
  const tab = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.path === modified.path);
  if (tab) {
    await vscode.window.tabGroups.close(tab);
  }
}
