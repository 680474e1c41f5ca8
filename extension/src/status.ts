/** What the server says of itself, as one item of the status bar. */
import * as vscode from "vscode";
import type { PaletteId } from "./generated";

export interface Status {
  readonly state: "starting" | "loading" | "ready" | "busy" | "failed" | "off";
  readonly backend: string;
  readonly engine: string;
  readonly model: string;
  /** The model is the small one that comes with phi-ls. */
  readonly starter: boolean;
  readonly message: string;
  /** Why candidates that were tried or looked at before do not run. */
  readonly refusals: readonly string[];
  /** Why its completions are shown only when they are asked for; empty when they come while one types. */
  readonly withheld: string;
  /** What to do about that, for somebody who has typed for long and was shown nothing; empty but once on a machine. */
  readonly hint: string;
}

const NOTHING = {
  backend: "",
  engine: "",
  model: "",
  starter: false,
  message: "",
  refusals: [],
  withheld: "",
  hint: "",
};
export const STARTING: Status = { ...NOTHING, state: "starting" };

export function failed(message: string): Status {
  return { ...NOTHING, state: "failed", message };
}

export interface Rendered {
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly alarming: boolean;
}

const ICONS = {
  starting: "$(loading~spin)",
  loading: "$(loading~spin)",
  ready: "$(sparkle)",
  busy: "$(loading~spin)",
  failed: "$(error)",
  off: "$(circle-slash)",
} as const;

export function render(status: Status): Rendered {
  const { state } = status;
  const runs = state === "ready" || state === "busy";
  const text = `${ICONS[state]} Phi: ${runs ? whatRuns(status) : state}`;
  const rows = [
    ["Model", status.starter ? `${status.model} (starter model)` : status.model],
    ["Backend", status.backend],
    ["Engine", status.engine],
  ].filter(([, value]) => value);
  const parts = [
    `**phi-ls** is ${state}`,
    rows.map(([name, value]) => `${name}: ${escaped(value ?? "")}`).join("  \n"),
    lines(status.message),
    lines(status.withheld),
    lines(status.hint),
    status.refusals.length > 0
      ? `Not used:\n${status.refusals.map((refusal) => `- ${lines(refusal)}`).join("\n")}`
      : "",
  ];
  return {
    text,
    tooltip: parts.filter(Boolean).join("\n\n"),
    alarming: state === "failed",
  };
}

function whatRuns(status: Status): string {
  const model = status.starter ? "starter model" : shortened(status.model);
  return [...new Set([model, status.backend])].filter(Boolean).join(" · ") || status.state;
}

/** A model may be a path; its last part is what tells it from others. */
function shortened(model: string): string {
  const name = model.split(/[\\/]/).filter(Boolean).at(-1) ?? "";
  return name.length > 32 ? `${name.slice(0, 31)}…` : name;
}

function lines(text: string): string {
  return text.split(/\r?\n/).map(escaped).join("  \n");
}

/** Text that Markdown shows as it is. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~$&-]/g, "\\$&");
}

const RESTRICTED =
  "This workspace is not trusted: what its settings say about programs, backends and models is ignored.";
const CLICK = "Click for its commands.";
const LINKS = {
  "phi.why": "Why no suggestion?",
  "phi.doctor": "Report",
  "phi.showLog": "Log",
} as const satisfies Partial<Record<PaletteId, string>>;

/** The tooltip: what the server says, whether its workspace is trusted, and three ways to know more. */
export function tooltip(rendered: Rendered, trusted: boolean): vscode.MarkdownString {
  const links = Object.entries(LINKS).map(([command, title]) => `[${title}](command:${command})`);
  const parts = [rendered.tooltip, ...(trusted ? [] : [RESTRICTED]), CLICK, links.join(" · ")];
  const text = new vscode.MarkdownString(parts.join("\n\n"), true);
  text.isTrusted = { enabledCommands: Object.keys(LINKS) };
  return text;
}

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "phi.status",
    vscode.StatusBarAlignment.Right,
    100,
  );

  private status = STARTING;
  private readonly onTrust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    this.show(this.status);
  });

  constructor(command: string) {
    this.item.name = "phi-ls";
    this.item.command = command;
    this.show(STARTING);
    this.item.show();
  }

  show(status: Status): void {
    const rendered = render(status);
    const { text, alarming } = rendered;
    this.status = status;
    this.item.text = text;
    this.item.tooltip = tooltip(rendered, vscode.workspace.isTrusted);
    this.item.backgroundColor = alarming ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.accessibilityInformation = {
      label: `phi-ls: ${text.replace(/\$\([^)]*\) /, "")}`,
    };
  }

  dispose(): void {
    this.onTrust.dispose();
    this.item.dispose();
  }
}
