/** The server's work, as notifications that can be cancelled: the client's own progress cannot be. */
import * as vscode from "vscode";
import type {
  ProgressToken,
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
} from "vscode-languageclient/node";

interface Work {
  readonly progress: vscode.Progress<{ message?: string; increment?: number }>;
  readonly end: () => void;
  percentage: number;
}

export class Works {
  private readonly running = new Map<ProgressToken, Work>();

  /** Follows the work of a token; `cancel` asks the server to stop it. */
  handle(
    token: ProgressToken,
    event: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd,
    cancel: () => void,
  ): void {
    if (event.kind === "begin") {
      this.begin(token, event, cancel);
    } else if (event.kind === "report") {
      this.report(token, event);
    } else {
      this.running.get(token)?.end();
      this.running.delete(token);
    }
  }

  /** Ends all of them, as when the server is gone. */
  clear(): void {
    for (const { end } of this.running.values()) {
      end();
    }
    this.running.clear();
  }

  private begin(token: ProgressToken, event: WorkDoneProgressBegin, cancel: () => void): void {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: event.title,
      cancellable: event.cancellable === true,
    };
    void vscode.window.withProgress(options, (progress, cancelled) => {
      cancelled.onCancellationRequested(cancel);
      return new Promise<void>((end) => this.running.set(token, { progress, end, percentage: 0 }));
    });
  }

  private report(token: ProgressToken, { message, percentage }: WorkDoneProgressReport): void {
    const work = this.running.get(token);
    if (!work) {
      return;
    }
    const increment = Math.max((percentage ?? 0) - work.percentage, 0);
    work.percentage += increment;
    work.progress.report({
      ...(message === undefined ? {} : { message }),
      ...(increment > 0 ? { increment } : {}),
    });
  }
}
