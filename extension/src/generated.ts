// Generated from server/phi_ls/settings by scripts/generate.py; edits are lost.

export const Setting = {
  enable: "phi.enable",
  backend: "phi.backend",
  model: "phi.model",
  allowFallback: "phi.allowFallback",
  contextTokens: "phi.contextTokens",
  threads: "phi.threads",
  logLevel: "phi.logLevel",
  inlineCompletionEnable: "phi.inlineCompletion.enable",
  inlineCompletionDebounceMs: "phi.inlineCompletion.debounceMs",
  inlineCompletionMaxNewTokens: "phi.inlineCompletion.maxNewTokens",
  inlineCompletionMultiline: "phi.inlineCompletion.multiline",
  inlineCompletionLookup: "phi.inlineCompletion.lookup",
  hoverMode: "phi.hover.mode",
  serverPython: "phi.server.python",
  traceServer: "phi.trace.server",
} as const;

/** Settings that the server cannot follow while it runs. */
export const restartSettings = ["phi.server.python"] as const;

export const backends = ["auto", "cuda", "directml", "cpu", "gguf"] as const;

export const ServerCommand = {
  explain: "phi.server.explain",
  document: "phi.server.document",
  why: "phi.server.why",
  showPrompt: "phi.server.showPrompt",
  doctor: "phi.server.doctor",
} as const;

export const palette = [
  {
    id: "phi.explain",
    title: "Explain",
    help: "Explain the selection, or the definition at the cursor, in a preview beside the code.",
  },
  {
    id: "phi.document",
    title: "Document",
    help: "Write a documentation comment for the selection, or for the definition at the cursor.",
  },
  {
    id: "phi.why",
    title: "Why This Completion, or None",
    help: "Say what the last decision about a completion was, and its reason.",
  },
  {
    id: "phi.showPrompt",
    title: "Show the Last Prompt",
    help: "Show what the model was last asked, word for word.",
  },
  {
    id: "phi.doctor",
    title: "Doctor",
    help: "Show what this machine has, what runs on it, and why the alternatives do not.",
  },
  {
    id: "phi.chooseBackend",
    title: "Choose Backend",
    help: "Choose where the model runs.",
  },
  {
    id: "phi.chooseModel",
    title: "Choose Model",
    help: "Choose the model, by its id, its file or its folder.",
  },
  {
    id: "phi.restart",
    title: "Restart Server",
    help: "Stop the server with its worker, and start it anew.",
  },
  {
    id: "phi.showLog",
    title: "Show Log",
    help: "Show what the server has logged.",
  },
] as const;

export type PaletteId = (typeof palette)[number]["id"];

export type ServerCommandId = (typeof ServerCommand)[keyof typeof ServerCommand];
