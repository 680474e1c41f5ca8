/** A stand-in for the editor's module `vscode`: it records what the extension does, and answers as a test tells it. */
import { vi } from "vitest";

export enum StatusBarAlignment {
  Left = 1,
  Right = 2,
}

export enum ViewColumn {
  Beside = -2,
  One = 1,
  Two = 2,
}

export enum ConfigurationTarget {
  Global = 1,
}

export enum ProgressLocation {
  Notification = 15,
}

export enum QuickPickItemKind {
  Separator = -1,
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class MarkdownString {
  isTrusted: boolean | { enabledCommands: string[] } = false;

  constructor(
    readonly value: string,
    readonly supportThemeIcons: boolean,
  ) {}
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
}

export class Selection {
  constructor(
    readonly anchor: Position,
    readonly active: Position,
  ) {}
}

export class TabInputTextDiff {
  constructor(readonly modified: { path: string }) {}
}

/** The tabs of the window. */
export const tabs: { input: unknown }[] = [];

export class CancellationTokenSource {
  readonly token = {};
}

export class CancellationError extends Error {}

export class WorkspaceEdit {
  readonly size = 0;
}

export class CodeActionKind {
  static readonly Empty = new CodeActionKind("");

  constructor(readonly value: string) {}

  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }

  intersects(other: CodeActionKind): boolean {
    return this.value === other.value;
  }
}

export class CodeAction {
  constructor(
    readonly title: string,
    readonly kind: CodeActionKind,
  ) {}
}

export class EventEmitter {
  readonly event = vi.fn();
  readonly fire = vi.fn();
}

export class Disposable {
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      items.forEach((item) => item.dispose());
    });
  }

  constructor(readonly dispose: () => unknown) {}
}

export const Uri = {
  parse: (text: string): { text: string; path: string } => ({
    text,
    path: text.replace(/^\w+:\/\//, ""),
  }),
  from: (parts: { scheme: string; path: string }): { scheme: string; path: string } => parts,
  joinPath: (base: { text: string }, ...parts: string[]): { text: string } => ({
    text: [base.text, ...parts].join("/"),
  }),
};

export interface StatusBarItem {
  text: string;
  tooltip: MarkdownString;
  backgroundColor: ThemeColor | undefined;
}

export const state = {
  items: [] as StatusBarItem[],
  settings: {} as Record<string, unknown>,
  updates: [] as unknown[],
  registered: new Map<string, (...args: unknown[]) => unknown>(),
  executed: [] as unknown[][],
  /** What commands of the editor answer, by their id. */
  commands: {} as Record<string, (...args: unknown[]) => unknown>,
  /** An editor that lacks the commands that came later. */
  unknown: false,
  panels: [] as Panel[],
  works: [] as { options: unknown; reports: unknown[]; cancel: () => void; ended: Promise<unknown> }[],
  trusted: true,
  onTrust: undefined as (() => void) | undefined,
  /** Settings of a language, by its id, then by their name. */
  languages: {} as Record<string, Record<string, unknown>>,
  onChange: undefined as ((event: unknown) => void) | undefined,
  /** The buttons that a person presses, by a part of the message. */
  presses: {} as Record<string, string>,
  messages: [] as string[],
  picked: undefined as string | undefined,
  typed: undefined as string | undefined,
  shown: [] as unknown[],
  onConfiguration: undefined as
    ((event: { affectsConfiguration(name: string): boolean }) => void) | undefined,
  editor: undefined as unknown,
  /** Asks the provider of completions that is registered. */
  completes: undefined as ((document: unknown) => void) | undefined,
  /** Asks the provider of code actions that is registered. */
  acts: undefined as ((document: unknown, range: unknown, only?: string) => unknown[]) | undefined,
  /** What every address opens, where a test has one. */
  document: undefined as unknown,
};

export function reset(): void {
  Object.assign(state, {
    trusted: true,
    languages: {},
    items: [],
    settings: {},
    updates: [],
    executed: [],
    presses: {},
    messages: [],
    shown: [],
    commands: {},
    unknown: false,
    panels: [],
    works: [],
  });
  Object.assign(state, {
    picked: undefined,
    typed: undefined,
    onConfiguration: undefined,
    editor: undefined,
    document: undefined,
    completes: undefined,
    acts: undefined,
  });
  state.registered.clear();
}

/** A page of the extension's own. */
export class Panel {
  viewColumn = ViewColumn.Two;
  readonly posted: unknown[] = [];
  revealed = 0;
  closed: () => void = () => undefined;
  say: (message: unknown) => void = () => undefined;
  readonly webview = {
    html: "",
    cspSource: "https://panel",
    asWebviewUri: ({ text }: { text: string }) => `https://panel/${text}`,
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      this.say = listener;
    },
    postMessage: (message: unknown) => this.posted.push(message),
  };

  constructor(public title: string) {}

  onDidDispose(listener: () => void): void {
    this.closed = listener;
  }

  reveal(): void {
    this.revealed += 1;
  }

  dispose(): void {
    this.closed();
  }
}

export const log = {
  info: vi.fn(),
  warn: vi.fn(),
  error: vi.fn(),
  debug: vi.fn(),
  show: vi.fn(),
  dispose: vi.fn(),
};

function message(text: string, options?: unknown): Promise<string | undefined> {
  const detail = (options as { detail?: string } | undefined)?.detail;
  state.messages.push(detail ? `${text}\n${detail}` : text);
  return Promise.resolve(Object.entries(state.presses).find(([part]) => text.includes(part))?.[1]);
}

export const window = {
  get activeTextEditor(): unknown {
    return state.editor;
  },
  createOutputChannel: () => log,
  createStatusBarItem: () => {
    const item = { text: "", tooltip: new MarkdownString("", true), backgroundColor: undefined };
    state.items.push(item);
    return Object.assign(item, { show: vi.fn(), dispose: vi.fn() });
  },
  showErrorMessage: message,
  showInformationMessage: message,
  showWarningMessage: message,
  visibleTextEditors: [] as unknown[],
  tabGroups: {
    get all(): { tabs: typeof tabs }[] {
      return [{ tabs }];
    },
    close: (tab: (typeof tabs)[number]) => Promise.resolve(tabs.splice(tabs.indexOf(tab), 1)),
  },
  showTextDocument: (...document: unknown[]) => {
    state.shown.push(...document);
    return Promise.resolve();
  },
  createWebviewPanel: (_type: string, title: string) => {
    const panel = new Panel(title);
    state.panels.push(panel);
    return panel;
  },
  showQuickPick: (items: { label: string }[]) =>
    Promise.resolve(items.find(({ label }) => label === state.picked)),
  showInputBox: () => Promise.resolve(state.typed),
  withProgress: (options: unknown, task: (progress: unknown, token: unknown) => Promise<unknown>) => {
    const work = { options, reports: [] as unknown[], cancel: (): void => undefined };
    const progress = { report: (value: unknown) => work.reports.push(value) };
    const token = { onCancellationRequested: (listener: () => void) => (work.cancel = listener) };
    const ended = task(progress, token);
    state.works.push(Object.assign(work, { ended }));
    return ended;
  },
};

export const commands = {
  getCommands: () => Promise.resolve(state.unknown ? [] : ["editor.action.hideHover"]),
  registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
    state.registered.set(id, handler);
    return new Disposable(() => state.registered.delete(id));
  },
  executeCommand: (...call: unknown[]) => {
    state.executed.push(call);
    const [id, ...args] = call as [string, ...unknown[]];
    return Promise.resolve().then(() => state.commands[id]?.(...args));
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return state.trusted;
  },
  onDidGrantWorkspaceTrust: (listener: () => void) => {
    state.onTrust = listener;
    return new Disposable(() => undefined);
  },
  workspaceFolders: undefined,
  notebookDocuments: [] as { getCells(): { index: number; document: unknown }[] }[],
  getConfiguration: (_section?: string, scope?: { languageId?: string }) => ({
    get: (name: string, otherwise?: unknown) =>
      state.languages[scope?.languageId ?? ""]?.[name] ?? state.settings[name] ?? otherwise,
    inspect: (name: string) => ({
      globalValue: state.settings[name],
      languageIds: Object.keys(state.languages),
      globalLanguageValue: state.languages[scope?.languageId ?? ""]?.[name],
    }),
    update: (...change: unknown[]) => {
      state.updates.push(change);
      return Promise.resolve();
    },
  }),
  onDidChangeConfiguration: (listener: (typeof state)["onConfiguration"]) => {
    state.onConfiguration = listener;
    return new Disposable(() => undefined);
  },
  onDidChangeTextDocument: (listener: (typeof state)["onChange"]) => {
    state.onChange = listener;
    return new Disposable(() => undefined);
  },
  registerTextDocumentContentProvider: (
    _scheme: string,
    provider: { provideTextDocumentContent: unknown },
  ) => {
    workspace.provider = provider as typeof workspace.provider;
    return new Disposable(() => undefined);
  },
  provider: undefined as { provideTextDocumentContent(uri: unknown): string } | undefined,
  openTextDocument: (from: { path: string } | { content: string }) =>
    Promise.resolve(
      state.document ??
        ("content" in from
          ? from
          : { path: from.path, text: workspace.provider?.provideTextDocumentContent(from) }),
    ),
  applyEdit: () => Promise.resolve(true),
  fs: { readFile: ({ text }: { text: string }) => Promise.resolve(Buffer.from(text)) },
};

export const languages = {
  registerInlineCompletionItemProvider: (
    _selector: unknown,
    provider: { provideInlineCompletionItems: (document: unknown) => unknown },
  ) => {
    state.completes = (document) => {
      provider.provideInlineCompletionItems(document);
    };
    return new Disposable(() => (state.completes = undefined));
  },
  registerCodeActionsProvider: (
    _selector: unknown,
    provider: { provideCodeActions: (document: unknown, range: unknown, context: unknown) => unknown[] },
  ) => {
    state.acts = (document, range, only) =>
      provider.provideCodeActions(document, range, { only: only && new CodeActionKind(only) });
    return new Disposable(() => (state.acts = undefined));
  },
};

export const extensions = { getExtension: (): undefined => undefined };
