// Generated from server/phi_ls/settings by scripts/generate.py; edits are lost.

export const Setting = {
  enable: "phi.enable",
  backend: "phi.backend",
  model: "phi.model",
  allowFallback: "phi.allowFallback",
  contextTokens: "phi.contextTokens",
  threads: "phi.threads",
  logLevel: "phi.logLevel",
  actions: "phi.actions",
  confirmEdits: "phi.confirmEdits",
  inlineCompletionEnable: "phi.inlineCompletion.enable",
  inlineCompletionDebounceMs: "phi.inlineCompletion.debounceMs",
  inlineCompletionMaxNewTokens: "phi.inlineCompletion.maxNewTokens",
  inlineCompletionMultiline: "phi.inlineCompletion.multiline",
  inlineCompletionLookup: "phi.inlineCompletion.lookup",
  inlineCompletionUnasked: "phi.inlineCompletion.unasked",
  hoverMode: "phi.hover.mode",
  hoverDeadlineMs: "phi.hover.deadlineMs",
  remoteUrl: "phi.remote.url",
  remoteModel: "phi.remote.model",
  remoteApi: "phi.remote.api",
  remoteProfile: "phi.remote.profile",
  serverPython: "phi.server.python",
  serverWheels: "phi.server.wheels",
  traceServer: "phi.trace.server",
} as const;

/** Settings that the server cannot follow while it runs. */
export const restartSettings = ["phi.server.python", "phi.server.wheels"] as const;

export const backends = ["auto", "cuda", "directml", "cpu", "gguf", "remote"] as const;

export const ServerCommand = {
  backends: "phi.server.backends",
  installBackend: "phi.server.installBackend",
  models: "phi.server.models",
  pullModel: "phi.server.pullModel",
  explain: "phi.server.explain",
  document: "phi.server.document",
  explainError: "phi.server.explainError",
  fix: "phi.server.fix",
  addTypes: "phi.server.addTypes",
  simplify: "phi.server.simplify",
  refactor: "phi.server.refactor",
  tests: "phi.server.tests",
  rename: "phi.server.rename",
  explainFile: "phi.server.explainFile",
  commitMessage: "phi.server.commitMessage",
  own: "phi.server.own",
  why: "phi.server.why",
  showPrompt: "phi.server.showPrompt",
  doctor: "phi.server.doctor",
  forgetExplanations: "phi.server.forgetExplanations",
} as const;

export const palette = [
  {
    id: "phi.explain",
    title: "Explain",
    help: "Explain the selection, or the definition at the cursor, beside the code.",
  },
  {
    id: "phi.document",
    title: "Document",
    help: "Write documentation for the selection, or for the definition at the cursor.",
  },
  {
    id: "phi.explainError",
    title: "Explain Problem",
    help: "Explain the problem that the editor shows at the cursor, and how to correct it.",
  },
  {
    id: "phi.fix",
    title: "Fix Problem",
    help: "Correct the problem at the cursor with the smallest change.",
  },
  {
    id: "phi.addTypes",
    title: "Add Types",
    help: "Add type annotations to the definition at the cursor, and nothing else.",
  },
  {
    id: "phi.simplify",
    title: "Simplify",
    help: "Make the selection, or the definition at the cursor, simpler.",
  },
  {
    id: "phi.refactor",
    title: "Change as I Say",
    help: "Change the selection, or the definition at the cursor, as an instruction says.",
  },
  {
    id: "phi.tests",
    title: "Write Tests",
    help: "Write tests for the definition at the cursor, as the project writes its own.",
  },
  {
    id: "phi.rename",
    title: "Suggest Names",
    help: "Suggest better names for the definition at the cursor, to rename it everywhere.",
  },
  {
    id: "phi.explainFile",
    title: "Explain File",
    help: "Explain each definition of the file, then all of them together.",
  },
  {
    id: "phi.commitMessage",
    title: "Write Commit Message",
    help: "Write a commit message for what is staged in git.",
  },
  {
    id: "phi.own",
    title: "Run My Action",
    help: "Run one of the actions that you defined in the setting `phi.actions`.",
  },
  {
    id: "phi.answers",
    title: "Show an Earlier Answer",
    help: "Choose among the answers of this session, also those whose edits were not made.",
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
    id: "phi.forgetExplanations",
    title: "Forget Explanations",
    help: "Delete every explanation that is kept for hovers.",
  },
  {
    id: "phi.pullModel",
    title: "Download Model",
    help: "Download a model that suits this machine, once you agree.",
  },
  {
    id: "phi.installBackend",
    title: "Install Backend",
    help: "Install a backend that this machine could use, once you agree.",
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
    id: "phi.tryCompletion",
    title: "Try a Completion",
    help: "Open a small file that shows how completions come and what takes them.",
  },
  {
    id: "phi.getStarted",
    title: "Get Started",
    help: "Show the first steps: see what this machine has, pick a model, try a completion.",
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
