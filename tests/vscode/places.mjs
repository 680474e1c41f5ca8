// What the tests of the editor's surface open: folders, a workspace of two of them, a notebook.
import fs from "node:fs";
import path from "node:path";

export const SHAPES = `"""Shapes."""

PI = 3.14159


def surface(width, height, depth):
    


def volume(radius, height):
    
`;

const CONE = "def cone(radius, rate):\n    \n";

const code = (...lines) => ({
  cell_type: "code",
  execution_count: null,
  metadata: {},
  outputs: [],
  source: lines.map((line, index) => (index + 1 < lines.length ? `${line}\n` : line)),
});

const NOTEBOOK = {
  cells: [
    code(
      "%matplotlib inline",
      "def scaled(values, factor):",
      "    return [value * factor for value in values]",
    ),
    { cell_type: "markdown", metadata: {}, source: ["# What follows is scaled"] },
    code("numbers = [1, 2, 3]"),
  ],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** Makes the places below a folder, and returns their paths. */
export function makePlaces(out) {
  const place = (name) => path.join(out, name);
  write(place("project/shapes.py"), SHAPES);
  write(place("project/cone.py"), CONE);
  write(place("project/later.py"), "\n");
  write(place("project/report.ipynb"), JSON.stringify(NOTEBOOK, null, 1));
  writeSettings(place("project"), {}); // older editors notice changes of the file, not the folder that comes later
  write(place("first/here.py"), "\n");
  write(place("second/there.py"), "\n");
  writeSettings(place("second"), { "phi.inlineCompletion.enable": false });
  write(place("other/aside.py"), "\n");
  // What a stranger's folder would like to run; none of it may count before the folder is trusted, or after.
  write(place("stranger/strange.py"), "\n");
  writeSettings(place("stranger"), { "phi.server.python": "/tmp/strangers-python", "phi.backend": "remote" });
  write(place("newcomer/new.py"), "\n");
  const folders = [{ path: "first" }, { path: "second" }];
  write(place("both.code-workspace"), JSON.stringify({ folders, settings: {} }));
  return {
    project: place("project"),
    both: place("both.code-workspace"),
    other: place("other"),
    newcomer: place("newcomer"),
    stranger: place("stranger"),
  };
}

/** The settings of a folder. */
export function writeSettings(folder, values) {
  write(path.join(folder, ".vscode/settings.json"), JSON.stringify(values));
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
