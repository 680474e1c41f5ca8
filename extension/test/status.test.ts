import { expect, test } from "vitest";
import { failed, render, STARTING, StatusItem, type Status } from "../src/status";
import { reset, state } from "./vscode";

const ready: Status = {
  state: "ready",
  backend: "cpu",
  engine: "onnx_genai",
  model: "phi-3-mini-4k",
  starter: false,
  message: "",
  refusals: [],
  withheld: "",
  hint: "",
};

test.each<[string, Status, string]>([
  ["while it starts", STARTING, "$(loading~spin) Phi: starting"],
  ["while the model loads", { ...ready, state: "loading" }, "$(loading~spin) Phi: loading"],
  ["when ready: the model and where it runs", ready, "$(sparkle) Phi: phi-3-mini-4k · cpu"],
  [
    "while it writes: the same words, so that nothing moves",
    { ...ready, state: "busy" },
    "$(loading~spin) Phi: phi-3-mini-4k · cpu",
  ],
  [
    "the starter is labelled for what it is",
    { ...ready, starter: true, model: "phi-ls-starter" },
    "$(sparkle) Phi: starter model · cpu",
  ],
  [
    "a path is shown by its last part",
    { ...ready, model: "C:\\models\\phi.gguf", backend: "gguf" },
    "$(sparkle) Phi: phi.gguf · gguf",
  ],
  ["when it failed", failed("why"), "$(error) Phi: failed"],
  ["when it is off", { ...ready, state: "off" }, "$(circle-slash) Phi: off"],
])("%s", (_, status, text) => {
  expect(render(status).text).toBe(text);
});

test("the tooltip says what runs, what the server says of it, and why the others do not run", () => {
  const status = {
    ...ready,
    starter: true,
    message: "for trying out",
    refusals: ["cuda: no NVIDIA GPU"],
    withheld: "starter is not shown unasked",
    hint: "ask by hand",
  };
  expect(render(status).tooltip).toBe(
    [
      "**phi-ls** is ready",
      "Model: phi\\-3\\-mini\\-4k \\(starter model\\)  \nBackend: cpu  \nEngine: onnx\\_genai",
      "for trying out",
      "starter is not shown unasked",
      "ask by hand",
      "Not used:\n- cuda: no NVIDIA GPU",
    ].join("\n\n"),
  );
});

test("only a failure alarms", () => {
  expect([failed("x"), ready, STARTING].map((status) => render(status).alarming)).toEqual([
    true,
    false,
    false,
  ]);
});

test("what a failure says cannot become a link or an icon", () => {
  expect(render(failed("[click](command:x) $(alert)")).tooltip).toContain(
    "\\[click\\]\\(command:x\\) \\$\\(alert\\)",
  );
});

test("in a workspace that is not trusted the tooltip says what is ignored, until it is trusted", () => {
  reset();
  state.trusted = false;
  new StatusItem("phi.menu").show(ready);
  const said = (): string | undefined => state.items[0]?.tooltip.value;
  expect(said()).toContain("This workspace is not trusted");
  state.trusted = true;
  state.onTrust?.();
  expect(said()).not.toContain("not trusted");
  expect(said()).toContain("is ready");
});

test("the tooltip's links run three commands and no other", () => {
  reset();
  new StatusItem("phi.menu").show(ready);
  const { value, isTrusted } = state.items[0]?.tooltip ?? {};
  expect(value).toContain("[Why no suggestion?](command:phi.why) · [Report](command:phi.doctor)");
  expect(isTrusted).toEqual({ enabledCommands: ["phi.why", "phi.doctor", "phi.showLog"] });
});
