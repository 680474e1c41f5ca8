/** The answers of this session, one beside the code at a time: each grows while it is written and leads to its code. */
import * as path from "node:path";
import * as vscode from "vscode";

const KEPT = 30;

interface Place {
  readonly line: number;
  readonly character: number;
}

interface Area {
  readonly start: Place;
  readonly end: Place;
}

/** An answer as the server tells it; `code` is what it is about. */
export interface Answer {
  readonly uri: string;
  readonly title: string;
  readonly markdown: string;
  readonly code?: { readonly uri: string; readonly range: Area };
}

export class Answers implements vscode.Disposable {
  private readonly answers = new Map<string, Answer>();
  private panel: vscode.WebviewPanel | undefined;
  private current = "";
  private drawn = 0;
  private readonly following = vscode.workspace.onDidChangeTextDocument((event) => {
    this.follow(event);
  });

  constructor(
    private readonly extension: vscode.Uri,
    private readonly log: Pick<vscode.LogOutputChannel, "warn">,
  ) {}

  /** Opens a new answer, or brings more of one; what a person has closed meanwhile stays closed. */
  show(answer: Answer): void {
    const isNew = !this.answers.has(answer.uri);
    this.keep(answer);
    if (isNew) {
      this.open(answer.uri);
    } else if (this.current === answer.uri) {
      void this.draw();
    }
  }

  /** Keeps an answer for `choose`, without showing it. */
  keep(answer: Answer): void {
    this.answers.set(answer.uri, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > KEPT && oldest !== undefined) {
      this.answers.delete(oldest);
    }
  }

  /** Shows an answer that is kept. */
  open(uri: string): void {
    this.current = uri;
    this.panel ??= this.made();
    this.panel.reveal(undefined, true);
    void this.draw();
  }

  /** Asks which of the answers to show, the newest first. */
  async choose(): Promise<void> {
    const items = [...this.answers.values()].reverse().map((answer) => ({
      label: answer.title,
      description: placeOf(answer),
      uri: answer.uri,
    }));
    if (items.length === 0) {
      void vscode.window.showInformationMessage("phi-ls has not answered anything yet.");
      return;
    }
    const choice = await vscode.window.showQuickPick(items, { title: "Answers of this session" });
    if (choice) {
      this.open(choice.uri);
    }
  }

  dispose(): void {
    this.panel?.dispose();
    this.following.dispose();
  }

  private made(): vscode.WebviewPanel {
    const media = vscode.Uri.joinPath(this.extension, "extension", "media");
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel("phi.answer", "phi-ls", place, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [media],
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.current = "";
    });
    panel.webview.onDidReceiveMessage((message: unknown) => {
      void (message === "code" ? this.reveal() : this.draw());
    });
    panel.webview.html = page(panel.webview, media);
    return panel;
  }

  private async draw(): Promise<void> {
    const panel = this.panel;
    const answer = this.answers.get(this.current);
    if (!answer || !panel) {
      return;
    }
    panel.title = answer.title;
    const turn = ++this.drawn;
    const html = await this.rendered(answer.markdown);
    if (turn === this.drawn && panel === this.panel) {
      void panel.webview.postMessage({ uri: answer.uri, place: placeOf(answer), html });
    }
  }

  private async rendered(markdown: string): Promise<string> {
    try {
      return await vscode.commands.executeCommand<string>("markdown.api.render", markdown);
    } catch (error) {
      this.log.warn(`VS Code's Markdown does not answer, so texts are shown as they are: ${String(error)}`);
      return `<pre>${markdown.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>`;
    }
  }

  /** Shows the code that the answer is about, where it is open already or in the first column. */
  private async reveal(): Promise<void> {
    const code = this.answers.get(this.current)?.code;
    if (!code) {
      return;
    }
    const open = vscode.window.visibleTextEditors.find(
      ({ document }) => document.uri.toString() === code.uri,
    );
    const free =
      this.panel?.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
    const { start, end } = code.range;
    await vscode.window.showTextDocument(vscode.Uri.parse(code.uri), {
      viewColumn: open?.viewColumn ?? free,
      selection: new vscode.Range(start.line, start.character, end.line, end.character),
    });
  }

  /** Code moves when lines come or go above it. */
  private follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const uri = document.uri.toString();
    for (const [key, answer] of this.answers) {
      if (answer.code?.uri === uri) {
        this.answers.set(key, { ...answer, code: { uri, range: moved(answer.code.range, contentChanges) } });
      }
    }
    if (this.answers.get(this.current)?.code?.uri === uri) {
      void this.draw();
    }
  }
}

/** Where the code is that lies in `area` before these changes. */
export function moved(
  area: Area,
  changes: readonly Pick<vscode.TextDocumentContentChangeEvent, "range" | "text">[],
): Area {
  let { start, end } = area;
  for (const { range, text } of changes) {
    const more = text.split("\n").length - 1 - (range.end.line - range.start.line);
    const isAbove =
      range.end.line < start.line || (range.end.line === start.line && range.end.character === 0);
    if (isAbove) {
      start = { ...start, line: start.line + more };
    }
    if (isAbove || range.end.line <= end.line) {
      end = { ...end, line: Math.max(end.line + more, start.line) };
    }
  }
  return { start, end };
}

/** The cell of an open notebook that has this URI. */
function cellOf(uri: string): vscode.NotebookCell | undefined {
  return vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find(({ document }) => document.uri.toString() === uri);
}

function placeOf({ code }: Answer): string {
  if (!code) {
    return "";
  }
  const name = path.posix.basename(vscode.Uri.parse(code.uri).path);
  const cell = cellOf(code.uri);
  const within = cell ? `, cell ${String(cell.index + 1)}` : "";
  return `${name}${within}, line ${String(code.range.start.line + 1)}`;
}

function page(webview: vscode.Webview, media: vscode.Uri): string {
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
  const source = webview.cspSource;
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src ${source};
      base-uri 'none'; form-action 'none'">
    <link rel="stylesheet" href="${address("answer.css")}">
  </head>
  <body>
    <nav><a id="code" href="#" title="Show the code" hidden></a></nav>
    <main id="text"></main>
    <script src="${address("answer.js")}"></script>
  </body>
</html>`;
}
