// Shows an answer as it grows, and leads back to its code. A model's text may format itself, and nothing more.
const api = acquireVsCodeApi();
const code = document.getElementById("code");
const text = document.getElementById("text");
const FORMATS = new Set(
  `a b blockquote br code del div em h1 h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub sup table tbody td th thead
  tr ul`.split(/\s+/),
);
let shown = "";

code.addEventListener("click", (event) => {
  event.preventDefault();
  api.postMessage("code");
});

window.addEventListener("message", ({ data }) => {
  code.textContent = data.place;
  code.hidden = !data.place;
  text.replaceChildren(...harmless(data.html));
  if (shown !== data.uri) window.scrollTo(0, 0);
  shown = data.uri;
});

api.postMessage("ready");

/** The nodes of a page that was never run, without what does more than format. */
function harmless(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const element of body.querySelectorAll("*")) {
    if (!FORMATS.has(element.localName)) {
      element.replaceWith(element.textContent);
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      const leads = name === "href" && /^https?:/.test(value);
      if (name !== "class" && !leads) element.removeAttribute(name);
    }
  }
  return body.childNodes;
}
