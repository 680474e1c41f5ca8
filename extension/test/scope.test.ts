import { beforeEach, expect, test } from "vitest";
import { forServer, hoversOff, switchedOff } from "../src/scope";
import { reset, state } from "./vscode";

beforeEach(reset);

const python = { languageId: "python" } as never;
const markdown = { languageId: "markdown" } as never;

test("what is off for one language is on for the others", () => {
  state.languages = { markdown: { "phi.inlineCompletion.enable": false, "phi.hover.mode": "off" } };
  expect([switchedOff(markdown), hoversOff(markdown)]).toEqual(["phi.inlineCompletion.enable", true]);
  expect([switchedOff(python), hoversOff(python)]).toEqual([undefined, false]);
});

test("the server hears that a switch is on where it is on for one language only", () => {
  state.settings = { "phi.enable": false };
  const section = Object.freeze({ enable: false, inlineCompletion: Object.freeze({ enable: true }) });
  expect(forServer(section)).toEqual(section);
  state.languages = { python: { "phi.enable": true } };
  expect(forServer(section)).toEqual({ enable: true, inlineCompletion: { enable: true } });
  expect([switchedOff(python), switchedOff(markdown)]).toEqual([undefined, "phi.enable"]);
});

test("a client without settings of phi-ls stays without", () => {
  expect(forServer(undefined)).toBeUndefined();
});
