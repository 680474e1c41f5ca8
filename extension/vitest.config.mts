import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Outside the editor there is no module `vscode`: a small stand-in takes its place.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: {
    alias: {
      vscode: fileURLToPath(new URL("./test/vscode.ts", import.meta.url)),
    },
  },
  test: { environment: "node", include: ["test/*.test.ts"] },
});
