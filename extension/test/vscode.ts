/** A stand-in for the editor's module `vscode`: it records what the extension does, and answers as a test tells it. */
import { vi } from "vitest";

export enum StatusBarAlignment {
  Left = 1,
  Right = 2,
}

export enum ConfigurationTarget {
  Global = 1,
}

export enum ProgressLocation {
  Notification = 15,
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class MarkdownString {
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

export class CancellationError extends Error {}

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
  parse: (text: string): { text: string } => ({ text }),
  from: (parts: { scheme: string; path: string }): { scheme: string; path: string } => parts,
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
  /** The buttons that a person presses, by a part of the message. */
  presses: {} as Record<string, string>,
  messages: [] as string[],
  picked: undefined as string | undefined,
  typed: undefined as string | undefined,
  shown: [] as unknown[],
  onConfiguration: undefined as
    ((event: { affectsConfiguration(name: string): boolean }) => void) | undefined,
  editor: undefined as unknown,
};

export function reset(): void {
  Object.assign(state, {
    items: [],
    settings: {},
    updates: [],
    executed: [],
    presses: {},
    messages: [],
    shown: [],
  });
  Object.assign(state, {
    picked: undefined,
    typed: undefined,
    onConfiguration: undefined,
    editor: undefined,
  });
  state.registered.clear();
}

export const log = {
  info: vi.fn(),
  warn: vi.fn(),
  error: vi.fn(),
  debug: vi.fn(),
  show: vi.fn(),
  dispose: vi.fn(),
};

function message(text: string): Promise<string | undefined> {
  state.messages.push(text);
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
  showTextDocument: (document: unknown) => {
    state.shown.push(document);
    return Promise.resolve();
  },
  showQuickPick: (items: { label: string }[]) =>
    Promise.resolve(items.find(({ label }) => label === state.picked)),
  showInputBox: () => Promise.resolve(state.typed),
  withProgress: (_options: unknown, task: (progress: unknown, token: unknown) => Promise<unknown>) =>
    task({ report: vi.fn() }, { onCancellationRequested: vi.fn() }),
};

export const commands = {
  registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
    state.registered.set(id, handler);
    return new Disposable(() => state.registered.delete(id));
  },
  executeCommand: (...call: unknown[]) => {
    state.executed.push(call);
    return Promise.resolve();
  },
};

export const workspace = {
  workspaceFolders: undefined,
  getConfiguration: () => ({
    get: (name: string, otherwise?: unknown) => state.settings[name] ?? otherwise,
    update: (...change: unknown[]) => {
      state.updates.push(change);
      return Promise.resolve();
    },
  }),
  onDidChangeConfiguration: (listener: (typeof state)["onConfiguration"]) => {
    state.onConfiguration = listener;
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
      "content" in from
        ? from
        : { path: from.path, text: workspace.provider?.provideTextDocumentContent(from) },
    ),
  applyEdit: () => Promise.resolve(true),
};

export const extensions = { getExtension: (): undefined => undefined };
