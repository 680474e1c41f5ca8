// Ghost text beside what else the editor has: taken in parts, and going on from the list.
import assert from "node:assert/strict";
import { SHAPES } from "../places.mjs";
import { until } from "../workbench.mjs";

/** Accepts parts of one ghost text: a word, then a line of a longer one, then what is left. */
export async function acceptsParts(bench) {
  await bench.quickOpen("shapes.py");
  await bench.goto(7, 5);
  await bench.type("return 2 * ");
  assert.equal(await bench.ghost("shapes.py"), "(width * height + height * depth + width * depth)");
  // A key that comes while the editor draws the ghost text anew moves the cursor instead, which at the end goes nowhere.
  await until("the ghost text less a word", async () => {
    await bench.page.keyboard.press("Control+ArrowRight");
    await bench.settled();
    return (await bench.ghost("shapes.py")).startsWith(" * height +");
  });
  await bench.shot("1-word");
  await bench.page.keyboard.press("Tab");
  await bench.noGhost("shapes.py");
  await bench.goto(11, 5);
  await bench.palette("Trigger Inline Suggestion");
  await bench.block("shapes.py", "return product");
  await bench.shot("2-block");
  await bench.page.keyboard.press("Control+Alt+L");
  await bench.at(12);
  await bench.block("shapes.py", "return product");
  await bench.shot("3-line");
  await bench.page.keyboard.press("Tab"); // before the first word of a line Tab indents, as ever
  await bench.at(12, 5);
  await bench.block("shapes.py", "return product");
  await bench.page.keyboard.press("Tab");
  await bench.saved(
    "shapes.py",
    SHAPES.replace(
      "depth):\n    \n",
      "depth):\n    return 2 * (width * height + height * depth + width * depth)\n",
    ).replace(
      "height):\n    \n",
      "height):\n    base = PI * radius * radius\n    product = base * height\n    return product\n",
    ),
  );
}

/** The list and the ghost text agree: the ghost goes on from the item that is selected in the list. */
export async function goesOnFromTheList(bench) {
  await bench.quickOpen("cone.py");
  await bench.goto(2, 5);
  await bench.type("return ra");
  const rows = bench.page.locator(".suggest-widget.visible .monaco-list-row");
  await until("the list", async () => {
    await bench.page.keyboard.press("Control+Space");
    await bench.settled();
    return rows.filter({ hasText: "radius" }).count();
  });
  const reads = (text) => async () => (await bench.lines("cone.py")).includes(`    return ${text}`);
  await until("the ghost text of the first item", reads("radius ** 2 * rate"));
  await bench.shot("4-list");
  await bench.page.keyboard.press("ArrowDown");
  await until("the ghost text of the next item", reads("rate * radius"));
  await bench.shot("5-list-next");
  await bench.page.keyboard.press("Tab");
  await bench.at(2, 16);
  await until("the rest of the ghost text", reads("rate * radius"));
  await bench.page.keyboard.press("Tab");
  await bench.saved("cone.py", "def cone(radius, rate):\n    return rate * radius\n");
}
