/** A place to try completions: a document that nobody is asked to save, and the key that a person would press next. */
import * as vscode from "vscode";

/** An editor that has just been opened asks for completions some seconds later. */
const TRIES = 10;
const PAUSE_MS = 1000;

export async function tryCompletion(extension: vscode.Uri): Promise<void> {
  const sample = await vscode.workspace.fs.readFile(
    vscode.Uri.joinPath(extension, "extension", "media", "try.py"),
  );
  const content = Buffer.from(sample).toString("utf8").trimEnd();
  const document = await vscode.workspace.openTextDocument({ language: "python", content });
  const lines = content.split("\n");
  const [line, column] = [lines.length - 1, lines.at(-1)?.length ?? 0];
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(line, column, line, column) });
  await press(document);
}

/** Types a space, and types it anew until the editor asks what could follow; stops for who types meanwhile. */
async function press(document: vscode.TextDocument): Promise<void> {
  let asks: () => void;
  const asked = new Promise<boolean>((resolve) => {
    asks = () => {
      resolve(true);
    };
  });
  const ear = vscode.languages.registerInlineCompletionItemProvider(
    { language: "python" },
    {
      provideInlineCompletionItems: (about) => {
        if (about === document) {
          asks();
        }
        return [];
      },
    },
  );
  try {
    for (let left = TRIES; left > 0; left -= 1) {
      await vscode.commands.executeCommand("type", { text: " " });
      const { version } = document;
      if ((await Promise.race([asked, pause()])) || document.version !== version || left === 1) {
        return;
      }
      await vscode.commands.executeCommand("deleteLeft");
    }
  } finally {
    ear.dispose();
  }
}

function pause(): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS, false);
  });
}

/** The pages that say what to do first. */
export function getStarted(context: vscode.Extension<unknown>): Thenable<unknown> {
  return vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.id}#start`, false);
}
