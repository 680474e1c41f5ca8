import { expect, test } from "vitest";
import { failed, render, STARTING, type Status } from "../src/status";

const ready: Status = {
  state: "ready",
  backend: "cpu",
  engine: "onnx_genai",
  model: "phi-3-mini-4k",
  starter: false,
  message: "",
  refusals: [],
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
  const status = { ...ready, starter: true, message: "for trying out", refusals: ["cuda: no NVIDIA GPU"] };
  expect(render(status).tooltip).toBe(
    [
      "**phi-ls** is ready",
      "Model: phi\\-3\\-mini\\-4k \\(starter model\\)  \nBackend: cpu  \nEngine: onnx\\_genai",
      "for trying out",
      "Not used:\n- cuda: no NVIDIA GPU",
      "Click for its commands.",
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
