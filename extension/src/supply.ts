/** Backends and models that are not here yet: what could be had, a person's consent to fetching it, and fetching it. */
import * as vscode from "vscode";
import { execute, type Asked } from "./actions";
import { ServerCommand, type ServerCommandId } from "./generated";

interface BackendOffer {
  readonly backend: string;
  readonly state: "installed" | "available" | "unavailable";
  readonly title: string;
  readonly reason: string;
  readonly packages: readonly string[];
  /** 0 is a size that nobody knows. */
  readonly bytes: number;
  readonly builds: boolean;
  /** Empty where the packages come from a folder of this machine. */
  readonly host: string;
  readonly running: boolean;
}

interface ModelOffer {
  readonly model: string;
  readonly build: string;
  readonly title: string;
  readonly backends: readonly string[];
  readonly precision: string;
  readonly state: "here" | "unfinished" | "absent" | "damaged";
  readonly bytes: number;
  readonly left: number;
  readonly host: string;
  readonly source: string;
  readonly licence: string;
  readonly restricted: boolean;
  readonly suits: boolean;
  readonly reason: string;
  readonly recommended: boolean;
  readonly running: boolean;
}

const TERMS = "Read the Licence";

/** Offers the backends, and installs the one that is chosen and agreed to. */
export async function installBackend(asked: Asked): Promise<void> {
  const offers = await offered<BackendOffer>(asked, ServerCommand.backends, "backends");
  const items = offers.map((offer) => ({
    label: `${mark(offer.state, offer.running)} ${offer.backend}`,
    description: offer.state === "available" ? `available, ${size(offer.bytes)}` : state(offer),
    detail: offer.reason || offer.title,
    offer,
  }));
  const offer = (await choice(items, "Which backend to install"))?.offer;
  if (!offer) {
    return;
  }
  if (offer.state === "unavailable") {
    void vscode.window.showInformationMessage(`phi-ls: ${offer.backend} cannot run here: ${offer.reason}`);
    return;
  }
  const detail = [
    `From: ${offer.host || "a folder of this machine"}`,
    `Size: ${size(offer.bytes)}`,
    `Packages: ${offer.packages.join(", ")}`,
    offer.builds ? "Without a ready package it is compiled, which takes minutes and a C++ compiler." : "",
    "It gets an environment of its own; nothing else on this machine changes.",
  ];
  if (await agrees(`Install the backend ${offer.backend}?`, detail, "Install")) {
    await fetched(asked, ServerCommand.installBackend, { backend: offer.backend, consent: true });
  }
}

/** Offers the models, the recommended one first, and pulls the one that is chosen and agreed to. */
export async function pullModel(asked: Asked): Promise<void> {
  const offers = await offered<ModelOffer>(asked, ServerCommand.models, "models");
  const rank = (offer: ModelOffer): number => (offer.recommended ? 0 : offer.suits ? 1 : 2);
  const items = [...offers]
    .sort((one, other) => rank(one) - rank(other))
    .map((offer) => ({
      label: `${offer.recommended ? "$(star-full)" : mark(offer.state, offer.running)} ${offer.title}`,
      // What is cut off where the list is narrow is what matters least.
      description: [...tags(offer), size(offer.bytes), offer.backends.join(", "), offer.precision].join(
        " · ",
      ),
      detail: offer.reason.replace(`${offer.precision}, `, ""),
      offer,
    }));
  const offer = (await choice(items, "Which model to download"))?.offer;
  if (!offer) {
    return;
  }
  if (offer.state === "here") {
    void vscode.window.showInformationMessage(`phi-ls: ${offer.title} (${offer.build}) is here already.`);
    return;
  }
  const terms = offer.restricted
    ? `${offer.licence}; it restricts what the model may be used for`
    : offer.licence;
  const detail = [
    `From: ${offer.host}`,
    `Size: ${size(offer.left)}${offer.left < offer.bytes ? `, the rest of ${size(offer.bytes)}` : ""}`,
    `Licence: ${terms}`,
    `Page: ${offer.source}`,
    offer.suits ? "" : `It would not run here as things are: ${offer.reason}`,
    "No code leaves this machine.",
  ];
  const yes = offer.restricted ? "Accept the Licence and Download" : "Download";
  if (await agrees(`Download ${offer.title}?`, detail, yes, offer.source)) {
    const { model, build, restricted } = offer;
    await fetched(asked, ServerCommand.pullModel, { model, build, consent: true, acceptLicence: restricted });
  }
}

async function offered<Offer>(
  asked: Asked,
  command: ServerCommandId,
  key: string,
): Promise<readonly Offer[]> {
  const answer = await execute(asked, command, [{}]);
  return (answer as Record<string, readonly Offer[] | undefined> | undefined)?.[key] ?? [];
}

async function choice<Item extends vscode.QuickPickItem>(
  items: readonly Item[],
  title: string,
): Promise<Item | undefined> {
  return items.length > 0
    ? vscode.window.showQuickPick(items, { title, matchOnDescription: true })
    : undefined;
}

/** Asks once more after the licence was read. */
async function agrees(question: string, lines: readonly string[], yes: string, terms = ""): Promise<boolean> {
  const detail = lines.filter(Boolean).join("\n");
  const isPage = terms.startsWith("https://");
  const buttons = isPage ? [yes, TERMS] : [yes];
  const answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, ...buttons);
  if (answer !== TERMS) {
    return answer === yes;
  }
  await vscode.env.openExternal(vscode.Uri.parse(terms));
  return agrees(question, lines, yes, terms);
}

/** The server shows the progress, which can be cancelled; what came by then is kept for the next time. */
async function fetched(asked: Asked, command: ServerCommandId, argument: object): Promise<void> {
  const answer = (await execute(asked, command, [argument])) as
    { done?: boolean; message?: string } | undefined;
  if (answer?.done && answer.message) {
    void vscode.window.showInformationMessage(`phi-ls: ${answer.message}.`);
  }
}

function mark(state: string, running: boolean): string {
  const icons = new Map([
    ["installed", "$(check)"],
    ["here", "$(check)"],
    ["unavailable", "$(circle-slash)"],
    ["damaged", "$(warning)"],
  ]);
  return running ? "$(play)" : (icons.get(state) ?? "$(cloud-download)");
}

function state(offer: BackendOffer): string {
  return offer.running ? "running" : offer.state;
}

function tags(offer: ModelOffer): string[] {
  if (offer.recommended) {
    return ["recommended here"];
  }
  const known = { here: "here", unfinished: "begun", damaged: "damaged", absent: "" }[offer.state];
  return [offer.running ? "running" : known].filter(Boolean);
}

function size(bytes: number): string {
  if (bytes <= 0) {
    return "a size that is not known";
  }
  return bytes < 1e9
    ? `${String(Math.max(1, Math.round(bytes / 1e6)))} MB`
    : `${(bytes / 1e9).toFixed(1)} GB`;
}
