import { beforeEach, expect, test } from "vitest";
import { installBackend, pullModel } from "../src/supply";
import { reset, state } from "./vscode";

const backend = {
  backend: "gguf",
  state: "available",
  title: "llama-cpp-python 0.3.36",
  reason: "",
  packages: ["llama-cpp-python==0.3.36"],
  bytes: 60e6,
  builds: true,
  host: "pypi.org",
  running: false,
};
const model = {
  model: "phi-3-mini-4k",
  build: "cpu-int4",
  title: "Phi-3 mini 4k",
  backends: ["cpu"],
  precision: "int4",
  state: "absent",
  bytes: 2.72e9,
  left: 2.72e9,
  host: "huggingface.co",
  source: "the page of the model",
  licence: "MIT",
  restricted: false,
  suits: true,
  reason: "needs 3.1 GB, 12 GB are free",
  recommended: true,
  running: false,
};
const asked: unknown[][] = [];
let offers: unknown;
let answer: () => Promise<unknown>;
const host = {
  server: {
    request: (command: string, args: readonly unknown[]): Promise<unknown> => {
      asked.push([command, ...args]);
      return /backends$|models$/.test(command) ? Promise.resolve(offers) : answer();
    },
    restart: () => Promise.resolve(),
  },
  answers: {
    show: () => expect.fail("a list is no answer"),
    keep: () => expect.fail("a list is no answer"),
    open: () => undefined,
    choose: () => Promise.resolve(),
  },
};

beforeEach(() => {
  reset();
  asked.length = 0;
  answer = () => Promise.resolve({ done: true, message: "gguf is installed" });
});

const fetches = (): unknown[] => asked.slice(1);

test("a backend is installed once its size, host and packages were agreed to", async () => {
  offers = { backends: [backend] };
  state.picked = "$(cloud-download) gguf";
  await installBackend(host);
  expect(fetches()).toEqual([]);
  state.presses = { "Install the backend": "Install" };
  asked.length = 0;
  await installBackend(host);
  expect(fetches()).toEqual([["phi.server.installBackend", { backend: "gguf", consent: true }]]);
  expect(state.messages.slice(-2)).toEqual([
    `Install the backend gguf?
From: pypi.org
Size: 60 MB
Packages: llama-cpp-python==0.3.36
Without a ready package it is compiled, which takes minutes and a C++ compiler.
It gets an environment of its own; nothing else on this machine changes.`,
    "phi-ls: gguf is installed.",
  ]);
});

test("a backend that cannot run here says why, and is not offered", async () => {
  offers = { backends: [{ ...backend, state: "unavailable", reason: "there is no NVIDIA driver" }] };
  state.picked = "$(circle-slash) gguf";
  await installBackend(host);
  expect(state.messages).toEqual(["phi-ls: gguf cannot run here: there is no NVIDIA driver"]);
  expect(fetches()).toEqual([]);
});

test("a model says size, host and licence before it is pulled", async () => {
  offers = { models: [{ ...model, title: "Other", recommended: false, suits: false }, model] };
  state.picked = "$(star-full) Phi-3 mini 4k";
  state.presses = { "Download Phi-3 mini 4k?": "Download" };
  await pullModel(host);
  const argument = { model: "phi-3-mini-4k", build: "cpu-int4", consent: true, acceptLicence: false };
  expect(fetches()).toEqual([["phi.server.pullModel", argument]]);
  expect(state.messages[0]).toBe(`Download Phi-3 mini 4k?
From: huggingface.co
Size: 2.7 GB
Licence: MIT
Page: the page of the model
No code leaves this machine.`);
});

test("a licence that restricts use is accepted by name, and a begun pull says what is left", async () => {
  offers = { models: [{ ...model, restricted: true, licence: "Gemma", state: "unfinished", left: 1e9 }] };
  state.picked = "$(star-full) Phi-3 mini 4k";
  state.presses = { "Download Phi-3": "Accept the Licence and Download" };
  await pullModel(host);
  expect(state.messages[0]).toContain("Size: 1.0 GB, the rest of 2.7 GB\nLicence: Gemma; it restricts");
  expect(fetches()).toMatchObject([["phi.server.pullModel", { acceptLicence: true }]]);
});

test("a pull that was cancelled says nothing more", async () => {
  offers = { models: [model] };
  state.picked = "$(star-full) Phi-3 mini 4k";
  state.presses = { "Download Phi-3": "Download" };
  answer = () => Promise.reject(Object.assign(new Error("cancelled"), { code: -32800 }));
  await pullModel(host);
  expect(state.messages.length).toBe(1);
});
