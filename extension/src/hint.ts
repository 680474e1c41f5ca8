/** What the server hints at once on a machine, with the two things that a person can do about it. */
import * as vscode from "vscode";
import type { PaletteId } from "./generated";
import type { Status } from "./status";

const ASK = "Ask Now";
const PULL = "Choose a Model";
/** The editor's own key; whoever has bound another one knows it, and the button needs none. */
const KEY = "Alt+\\";

export class Hints {
  private told = "";

  /** Tells the hint of a status, unless it was told already. */
  show({ hint }: Status): void {
    if (hint && hint !== this.told) {
      this.told = hint;
      void this.tell(hint);
    }
  }

  private async tell(hint: string): Promise<void> {
    const message = `phi-ls: ${hint} By hand: ${KEY}.`;
    const answer = await vscode.window.showInformationMessage(message, ASK, PULL);
    if (answer === ASK) {
      await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
    } else if (answer === PULL) {
      await vscode.commands.executeCommand("phi.pullModel" satisfies PaletteId);
    }
  }
}
