// Type-aware rules for the extension; the plain ones for the scripts of the end-to-end test.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["extension/dist/"] },
  js.configs.recommended,
  {
    files: ["extension/**/*.ts", "extension/**/*.mts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["extension/test/**/*.ts"],
    rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
  },
  {
    files: ["extension/media/*.js"],
    languageOptions: {
      globals: {
        acquireVsCodeApi: "readonly",
        document: "readonly",
        window: "readonly",
        DOMParser: "readonly",
      },
    },
  },
  {
    files: ["tests/vscode/**/*.mjs", "scripts/**/*.mjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        requestAnimationFrame: "readonly",
        setTimeout: "readonly",
        URL: "readonly",
        clearTimeout: "readonly",
        performance: "readonly",
      },
    },
  },
);
