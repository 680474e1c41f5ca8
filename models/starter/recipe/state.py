"""Everything that a run must remember to go on as if it had never stopped, and where that lies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from .model import Shape, Starter

if TYPE_CHECKING:
    from pathlib import Path

MUON_RATE, ADAM_RATE = 0.02, 3e-3
MOMENTUM, MUON_DECAY, CLIP = 0.95, 0.02, 1.0
AVERAGE_OVER = 400
"""Steps that the running average of the weights looks back on, about."""


@dataclass
class State:
    """One run at one step. `average` holds the averaged weights, which are what is exported before a cool-down."""

    model: Starter
    average: dict[str, torch.Tensor]
    muon: torch.optim.Optimizer
    adam: torch.optim.Optimizer
    step: int = 0
    tokens: int = 0

    def set_rate(self, share: float) -> None:
        """Set both optimisers to a share of their full rates."""
        for optimizer, rate in ((self.muon, MUON_RATE), (self.adam, ADAM_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = rate * share

    def apply(self) -> None:
        """Take the step that the gradients ask for, and average."""
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.muon.step()
        self.adam.step()
        self.muon.zero_grad(set_to_none=True)
        self.adam.zero_grad(set_to_none=True)
        self.step += 1
        share = max(1 / AVERAGE_OVER, 1 / self.step)
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                self.average[name].lerp_(weight, share)


def fresh(shape: Shape, seed: int, device: str) -> State:
    """A run that has not begun."""
    torch.manual_seed(seed)
    model = Starter(shape).to(device)
    matrices = [weight for name, weight in model.named_parameters() if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.ndim != 2 or "embed" in name]
    muon = torch.optim.Muon(matrices, lr=MUON_RATE, momentum=MOMENTUM, weight_decay=MUON_DECAY, adjust_lr_fn="original")
    adam = torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    average = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    return State(model, average, muon, adam)


def save(state: State, path: Path, facts: dict[str, Any]) -> None:
    """Write a checkpoint; a reader sees the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "shape": asdict(state.model.shape),
            "model": state.model.state_dict(),
            "average": state.average,
            "muon": state.muon.state_dict(),
            "adam": state.adam.state_dict(),
            "step": state.step,
            "tokens": state.tokens,
            "facts": facts,
        },
        partial,
    )
    partial.replace(path)


def load(path: Path, device: str) -> tuple[State, dict[str, Any]]:
    """The run that was saved, and the facts that were saved with it."""
    saved = torch.load(path, map_location=device, weights_only=True)
    state = fresh(Shape(**saved["shape"]), 0, device)
    state.model.load_state_dict(saved["model"])
    state.average = saved["average"]
    state.muon.load_state_dict(saved["muon"])
    state.adam.load_state_dict(saved["adam"])
    state.step, state.tokens = saved["step"], saved["tokens"]
    return state, saved["facts"]


def weights(path: Path, *, averaged: bool) -> tuple[Shape, dict[str, torch.Tensor], int]:
    """The shape and the weights of a checkpoint, and the tokens that they have seen."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    tensors = saved["average"] if averaged else saved["model"]
    return Shape(**saved["shape"]), tensors, saved["tokens"]


def seen(path: Path) -> int:
    """The tokens that a checkpoint has seen."""
    return int(torch.load(path, map_location="cpu", weights_only=True, mmap=True)["tokens"])


def is_finished(path: Path) -> bool:
    """Whether a checkpoint has come to the end of its plan."""
    saved = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    return bool(saved["tokens"] >= saved["facts"]["plan"]["until"])
