/** What the server says of itself, as one item of the status bar. */
import * as vscode from "vscode";

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
}

const NOTHING = {
  backend: "",
  engine: "",
  model: "",
  starter: false,
  message: "",
  refusals: [],
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
    status.refusals.length > 0
      ? `Not used:\n${status.refusals.map((refusal) => `- ${lines(refusal)}`).join("\n")}`
      : "",
    "Click for its commands.",
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

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "phi.status",
    vscode.StatusBarAlignment.Right,
    100,
  );

  constructor(command: string) {
    this.item.name = "phi-ls";
    this.item.command = command;
    this.show(STARTING);
    this.item.show();
  }

  show(status: Status): void {
    const { text, tooltip, alarming } = render(status);
    this.item.text = text;
    this.item.tooltip = new vscode.MarkdownString(tooltip, true);
    this.item.backgroundColor = alarming ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.accessibilityInformation = {
      label: `phi-ls: ${text.replace(/\$\([^)]*\) /, "")}`,
    };
  }

  dispose(): void {
    this.item.dispose();
  }
}
