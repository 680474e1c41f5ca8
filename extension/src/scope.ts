/**
 * Switches that a person may set for a language or a folder. The editor alone knows both, so it looks here before it
 * asks; the server is told that a switch is on as soon as it is on somewhere.
 */
import * as vscode from "vscode";
import { Setting } from "./generated";

const SWITCHES = [Setting.enable, Setting.inlineCompletionEnable] as const;

/** The setting that keeps completions away from a document, or undefined. */
export function switchedOff(document: vscode.TextDocument): string | undefined {
  const settings = vscode.workspace.getConfiguration(undefined, document);
  return SWITCHES.find((name) => settings.get(name) === false);
}

/** Whether hovers are kept away from a document. */
export function hoversOff(document: vscode.TextDocument): boolean {
  const settings = vscode.workspace.getConfiguration(undefined, document);
  return settings.get(Setting.enable) === false || settings.get(Setting.hoverMode) === "off";
}

/** The section `phi` for the server, which holds one value for all languages and folders. */
export function forServer(section: unknown): unknown {
  if (typeof section !== "object" || section === null) {
    return section;
  }
  const told = JSON.parse(JSON.stringify(section)) as Record<string, unknown>; // the editor hands out what it guards
  for (const name of SWITCHES) {
    if (onSomewhere(name)) {
      put(told, name.split(".").slice(1), true);
    }
  }
  return told;
}

function onSomewhere(name: string): boolean {
  const places = [undefined, ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri)];
  const values = places.flatMap((uri) => {
    const found = vscode.workspace.getConfiguration(undefined, uri).inspect<boolean>(name);
    const plain = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
    const languages = (found?.languageIds ?? []).flatMap((languageId) => {
      const scope = uri ? { uri, languageId } : { languageId };
      const special = vscode.workspace.getConfiguration(undefined, scope).inspect<boolean>(name);
      return [
        special?.globalLanguageValue,
        special?.workspaceLanguageValue,
        special?.workspaceFolderLanguageValue,
      ];
    });
    return [...plain, ...languages];
  });
  return values.includes(true);
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  target[name] = next;
  put(next, rest, value);
}
