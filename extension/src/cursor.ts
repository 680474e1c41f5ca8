/** Where the cursor is in an editor, also where the editor's word for it is out of date. */
import * as vscode from "vscode";

const CELL = "vscode-notebook-cell";
const KIND = vscode.CodeActionKind.Empty.append("phi.cursor");
const WAIT_MS = 1000;

/**
 * The selection of an editor. VS Code tells extensions of a cell whose notebook was closed and opened again that the
 * cursor stands at its beginning, until the cell is typed in; whom it asks for code actions it tells the truth.
 */
export async function selectionOf(editor: vscode.TextEditor): Promise<vscode.Range> {
  if (editor.document.uri.scheme !== CELL) {
    return editor.selection;
  }
  let tell: (range: vscode.Range) => void;
  const told = new Promise<vscode.Range>((resolve) => {
    tell = resolve;
  });
  const provider = vscode.languages.registerCodeActionsProvider(
    { scheme: CELL },
    {
      provideCodeActions: (document, range, { only }) => {
        if (document !== editor.document || !only?.intersects(KIND)) {
          return [];
        }
        tell(range);
        return [Object.assign(new vscode.CodeAction("Where", KIND), { edit: new vscode.WorkspaceEdit() })];
      },
    },
    { providedCodeActionKinds: [KIND] },
  );
  try {
    // Not waited for: what it asks on its way is all that is wanted of it.
    void vscode.commands.executeCommand("editor.action.codeAction", { kind: KIND.value, apply: "first" });
    return await Promise.race([told, later(editor)]);
  } finally {
    provider.dispose();
  }
}

function later({ selection }: vscode.TextEditor): Promise<vscode.Range> {
  return new Promise((resolve) => {
    setTimeout(resolve, WAIT_MS, selection);
  });
}
