// Write extension/NOTICES.txt: the licences of the npm packages whose code is in the extension's bundle.
//
//   node scripts/notices.mjs           rewrite the file when it differs
//   node scripts/notices.mjs --check   change nothing; exit with 1 when it differs
//
// Which packages those are is asked of the bundler itself, so none can be forgotten.
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");
const TARGET = path.join(ROOT, "extension/NOTICES.txt");
const ENTRIES = ["extension/src/extension.ts", "extension/src/uninstall.ts"];
const HEAD = `The VS Code extension of phi-ls holds code of the packages below, under these licences. The server in it, phi_ls-*.whl, is
phi-ls itself; the packages that it runs on are fetched by pip, each with its own licence.
`;

/** The folders of the packages whose files are in the bundles, in the order of their names. */
async function bundled() {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    bundle: true,
    platform: "node",
    external: ["vscode"],
    outdir: "unused",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const folders = Object.keys(metafile.inputs)
    .map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
    .filter(Boolean);
  return [...new Set(folders)].sort();
}

function notice(folder) {
  const { name, version, license } = JSON.parse(
    fs.readFileSync(path.join(ROOT, folder, "package.json"), "utf8"),
  );
  const file = fs.readdirSync(path.join(ROOT, folder)).find((one) => /^licen[cs]e(\.|$)/i.test(one));
  if (!license || !file) throw new Error(`${name} says no licence, or brings no text of it`);
  const text = fs
    .readFileSync(path.join(ROOT, folder, file), "utf8")
    .replaceAll("\r\n", "\n")
    .trim();
  return `${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}

const wanted = [HEAD, ...(await bundled()).map(notice)].join("\n");
const found = fs.existsSync(TARGET) ? fs.readFileSync(TARGET, "utf8") : "";
if (wanted !== found && process.argv.includes("--check")) {
  console.error("notices: extension/NOTICES.txt has drifted; run: node scripts/notices.mjs");
  process.exitCode = 1;
} else if (wanted !== found) {
  fs.writeFileSync(TARGET, wanted);
  console.log("wrote extension/NOTICES.txt");
}
