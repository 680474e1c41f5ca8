// The settings of docs/editors, as the tests load them: a code block right below a comment `<!-- snippet: NAME -->`.
import fs from "node:fs";
import path from "node:path";

const PAGES = path.resolve(import.meta.dirname, "../../docs/editors");

export function snippet(page, name) {
  const text = fs.readFileSync(path.join(PAGES, `${page}.md`), "utf8");
  const found = new RegExp(`<!-- snippet: ${name} -->\\n+\`\`\`\\w*\\n(.*?)^\`\`\`$`, "ms").exec(text);
  if (!found) throw new Error(`${page}.md should have the snippet ${name}`);
  return JSON.parse(found[1]);
}
