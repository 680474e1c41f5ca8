"""The commands that bring a backend or a model onto this machine, and those that say what could be brought.

Each takes one object; its keys are optional but where it says so. A child process fetches, after the user agreed:
`"consent": true` says that the client has asked its user and told them `bytes`, `host` and `licence`; without it the
server asks by `window/showMessageRequest`. Work shows its progress (`$/progress`, with a percentage for models) on the
request's `workDoneToken` or on a token of the server's, and is cancelled as a request or by
`window/workDoneProgress/cancel`: the answer is then the error -32800, what came is kept, and the same command goes on
with it. A failure is the error -32803 with one line for the user. Sizes are bytes; 0 is one that nobody knows.

`phi.server.backends` `{}` -> `{"text": str, "backends": [OFFER]}`
    OFFER is `{"backend", "state", "title", "reason", "packages": [str], "bytes", "builds", "host", "running"}`.
    `state`: `installed`, `available` or `unavailable`, then `reason` says why. `title`: package and version of what is
    installed, else what would be. `builds`: it is compiled, for minutes, where pip finds no wheel. `host`: "" where
    packages come from a folder. `running`: it is in use.
`phi.server.installBackend` `{"backend": str (needed), "flavour": str, "consent": bool}`
    -> `{"done": bool, "message": str, "backend": str}`. `done` is false when the user did not agree. After it, the
    server chooses anew among all backends.
`phi.server.models` `{}` -> `{"text": str, "models": [OFFER]}`
    OFFER is `{"model", "build", "title", "backends": [str], "precision", "state", "bytes", "left", "host", "source",
    "licence", "restricted", "suits", "reason", "recommended", "running", "note"}`. `state`: `here`, `unfinished`,
    `absent` or `damaged`. `left`: what a pull would still fetch. `source`: the page with the licence. `restricted`: the
    licence restricts use. `suits`: it would run here with what is installed; `reason`: why or why not, in numbers.
    `recommended`: the best that would run here, at most one, and none where the best is here.
`phi.server.pullModel` `{"model": str, "build": str, "consent": bool, "acceptLicence": bool}`
    -> `{"done": bool, "message": str, "model": str, "build": str}`. Without `model` it is the recommended one, without
    `build` the one that suits. Where `restricted` is true, `consent` counts only together with `acceptLicence`. After
    it, the server chooses anew among all models.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from phi_ls.catalog.places import gigabytes
from phi_ls.features.models import build_to_pull
from phi_ls.features.supply import BackendOffer, ModelOffer, about, backend_offers, model_offers
from phi_ls.inference.jobs import run_job
from phi_ls.lsp import convert
from phi_ls.lsp.protocol import RequestFailed
from phi_ls.lsp.show import shown

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer

Token: TypeAlias = int | str | None

ANSWER_SECONDS = 600.0
"""How long a person may think; then the answer is no."""


async def backends(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """Every backend, and what its installation would fetch."""
    offers = await asyncio.to_thread(backend_offers, await _assistant(ls))
    return await _listed(ls, "backends", [asdict(offer) for offer in offers], "".join(map(_backend_line, offers)))


async def models(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """Every model, and what a pull would fetch."""
    offers = await asyncio.to_thread(model_offers, await _assistant(ls))
    return await _listed(ls, "models", [asdict(offer) for offer in offers], "".join(map(_model_line, offers)))


async def install_backend(ls: PhiLanguageServer, argument: object, token: Token) -> object:
    """Install a backend once the user has agreed, and choose anew."""
    name, flavour = _text(argument, "backend"), _text(argument, "flavour")
    offers = await asyncio.to_thread(backend_offers, await _assistant(ls))
    offer = next((offer for offer in offers if offer.backend == name), None)
    if offer is None:
        raise JsonRpcInvalidParams(f"wanted a backend ({', '.join(offer.backend for offer in offers)}), found {name!r}")
    if offer.reason:
        raise RequestFailed(offer.reason)
    if not _flag(argument, "consent") and not await _agrees(ls, _backend_question(offer), "Install"):
        return {"done": False, "message": f"{name} was not installed", "backend": name}
    wanted = ["backends", "install", name, *(["--flavour", flavour] if flavour else [])]
    result = await _work(ls, f"phi-ls: installing {name}", token, wanted)
    message = f"{name} is installed: {result['distribution']} {result['version']}"
    return {"done": True, "message": message, "backend": name}


async def pull_model(ls: PhiLanguageServer, argument: object, token: Token) -> object:
    """Pull a model once the user has agreed, and choose anew."""
    offer = await _wanted_model(ls, _text(argument, "model"), _text(argument, "build"))
    told = {"model": offer.model, "build": offer.build}
    if offer.state == "here":
        return {"done": True, "message": f"{offer.model} {offer.build} is here already", **told}
    agreed = _flag(argument, "consent") and (not offer.restricted or _flag(argument, "acceptLicence"))
    if not agreed and not await _agrees(ls, _model_question(offer), "Download"):
        return {"done": False, "message": f"{offer.model} was not downloaded", **told}
    wanted = ["models", "pull", offer.model, "--build", offer.build]
    wanted += ["--accept-licence"] if offer.restricted else []
    await _work(ls, f"phi-ls: pulling {offer.model}", token, wanted)
    return {"done": True, "message": f"{offer.model} {offer.build} is here, verified", **told}


async def _wanted_model(ls: PhiLanguageServer, model: str, build: str) -> ModelOffer:
    """The build that was named, or the one that suits this machine."""
    assistant = await _assistant(ls)
    offers = await asyncio.to_thread(model_offers, assistant)
    if not model:
        offer = next((offer for offer in offers if offer.recommended), None)
        if offer is None:
            raise RequestFailed("nothing better than what is here would run on this machine; name a model to pull it")
        return offer
    chosen = await asyncio.to_thread(build_to_pull, assistant, model, build or None)
    offer = next((o for o in offers if (o.model, o.build) == (chosen.model.id, chosen.build.id)), None)
    if offer is None:
        raise RequestFailed(f"{model} comes with phi-ls; there is nothing to pull")
    return offer


async def _work(ls: PhiLanguageServer, title: str, token: Token, wanted: list[str]) -> dict[str, object]:
    """Run a job under its progress, then let the assistant choose anew."""
    async with ls.works.work(title, token, measured=wanted[0] == "models") as report:
        result = await run_job(wanted, report)
    async with ls.starting:
        await (await _assistant(ls)).restart()
    return result


async def _agrees(ls: PhiLanguageServer, question: str, yes: str) -> bool:
    """Whether the user takes the offer; no answer is a no."""
    actions = [types.MessageActionItem(title=yes), types.MessageActionItem(title="Cancel")]
    params = types.ShowMessageRequestParams(type=types.MessageType.Info, message=question, actions=actions)
    try:
        answer = await asyncio.wait_for(ls.window_show_message_request_async(params), ANSWER_SECONDS)
    except (TimeoutError, JsonRpcException):
        return False
    return answer is not None and answer.title == yes


def _backend_question(offer: BackendOffer) -> str:
    size = about(offer.bytes) if offer.bytes else "packages of a size that is not known"
    place = offer.host or "a folder of this machine"
    builds = " Without a ready wheel it is compiled, which takes minutes." if offer.builds else ""
    return f"Install the backend {offer.backend}? pip fetches {size} from {place}: {', '.join(offer.packages)}.{builds}"


def _model_question(offer: ModelOffer) -> str:
    size = gigabytes(offer.left) if offer.left else "a size that is not known"
    terms = (
        f"its licence restricts its use ({offer.licence}); read it" if offer.restricted else f"licence {offer.licence}"
    )
    doubt = "" if offer.suits else f" It would not run here as things are: {offer.reason}."
    return f"Download {offer.title} ({size}) from {offer.host}? {terms}: {offer.source}.{doubt}"


def _backend_line(offer: BackendOffer) -> str:
    size = f", fetches {about(offer.bytes)}" if offer.state == "available" and offer.bytes else ""
    return f"{offer.backend:<9} {offer.state:<12} {offer.reason or offer.title}{size}\n"


def _model_line(offer: ModelOffer) -> str:
    mark = "*" if offer.recommended else " "
    return f"{mark} {offer.model:<20} {offer.build:<18} {offer.state:<11} {gigabytes(offer.bytes):>9}  {offer.reason}\n"


async def _listed(ls: PhiLanguageServer, kind: str, rows: list[dict[str, object]], text: str) -> dict[str, object]:
    return {"text": text, kind: rows, **await shown(ls, kind, kind, f"phi-ls {kind}", convert.fenced(text))}


def _text(argument: object, name: str) -> str:
    value = argument.get(name) if isinstance(argument, Mapping) else None
    return value if isinstance(value, str) else ""


def _flag(argument: object, name: str) -> bool:
    return isinstance(argument, Mapping) and argument.get(name) is True


async def _assistant(ls: PhiLanguageServer) -> Assistant:
    assistant = await ls.started()
    if assistant is None:
        raise RequestFailed("phi-ls is still starting; try again in a moment")
    return assistant
