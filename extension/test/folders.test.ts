import { expect, test } from "vitest";
import { environmentOf, type Machine } from "../src/folders";

// The same folders as `phi_ls.paths` has; scripts/e2e.sh sees that both agree on the machine where it runs.
test.each<[string, Machine, string]>([
  ["Linux", { platform: "linux", home: "/home/a", env: {} }, "/home/a/.local/share/phi-ls/vscode"],
  [
    "Linux with a data folder of its own",
    { platform: "linux", home: "/home/a", env: { XDG_DATA_HOME: "/data" } },
    "/data/phi-ls/vscode",
  ],
  [
    "macOS",
    { platform: "darwin", home: "/Users/a", env: {} },
    "/Users/a/Library/Application Support/phi-ls/vscode",
  ],
  [
    "Windows",
    { platform: "win32", home: "C:\\Users\\a", env: { LOCALAPPDATA: "D:\\Local" } },
    "D:\\Local\\phi-ls\\vscode",
  ],
  [
    "Windows without that variable",
    { platform: "win32", home: "C:\\Users\\a", env: {} },
    "C:\\Users\\a\\AppData\\Local\\phi-ls\\vscode",
  ],
  [
    "a portable install",
    { platform: "win32", home: "C:\\Users\\a", env: { PHI_LS_HOME: "E:\\phi" } },
    "E:\\phi\\data\\vscode",
  ],
])("the environment is beside the models: %s", (_, machine, folder) => {
  expect(environmentOf(machine)).toBe(folder);
});
