"""The Phi-3 architecture, small, in plain torch, with its weights named and laid out as Hugging Face has them.

Parity with `Phi3ForCausalLM` is exact, so an export copies tensors and converts nothing. Input table and output head
are one matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the name everyone reads
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The model's sizes. `row_tokens` is the length of a training row, `context_tokens` the declared positions."""

    vocabulary: int = 8192
    width: int = 384
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 1024
    context_tokens: int = 2048
    row_tokens: int = 1280
    rope_theta: float = 10_000.0
    norm_epsilon: float = 1e-5

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    @property
    def hidden_parameters(self) -> int:
        """Parameters beside the table."""
        attention = self.width * (2 * self.width + 2 * self.kv_heads * self.head_size)
        return self.layers * (attention + 3 * self.width * self.feed_forward + 2 * self.width) + self.width


SMALL = Shape()
"""What two CPU cores can train: about 10 M parameters beside the table."""
LARGE = Shape(vocabulary=16_384, width=512, layers=12, heads=8, kv_heads=8, feed_forward=1536)
"""What a GPU can train in a quarter of an hour: 49 M parameters in all."""
SMOKE = Shape(vocabulary=1024, width=64, layers=2, heads=2, kv_heads=1, feed_forward=128, row_tokens=256)
"""What a test can train."""


class Norm(nn.Module):
    """Root mean square norm with a learned scale."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """`x` at unit scale per position."""
        scaled: Tensor = F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)
        return scaled


class Attention(nn.Module):
    """Causal attention with rotary positions and shared key and value heads."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        rows = shape.width + 2 * shape.kv_heads * shape.head_size
        self.qkv_proj = nn.Linear(shape.width, rows, bias=False)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Every position's look at the ones before it."""
        shape, (batch, length, _) = self.shape, x.shape
        heads = self.qkv_proj(x).view(batch, length, -1, shape.head_size).transpose(1, 2)
        turned = _rotate(heads[:, : shape.heads + shape.kv_heads], cos, sin)
        query, key = turned[:, : shape.heads], turned[:, shape.heads :]
        value = heads[:, shape.heads + shape.kv_heads :]
        groups = shape.heads // shape.kv_heads
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        if x.is_cuda:
            seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            seen = _attention_in_blocks(query, key, value)
        result: Tensor = self.o_proj(seen.transpose(1, 2).reshape(batch, length, -1))
        return result


class FeedForward(nn.Module):
    """The gated feed-forward layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_up_proj = nn.Linear(shape.width, 2 * shape.feed_forward, bias=False)
        self.down_proj = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Each position on its own."""
        gate, up = self.gate_up_proj(x).chunk(2, dim=-1)
        result: Tensor = self.down_proj(F.silu(gate) * up)
        return result


class Layer(nn.Module):
    """One layer, norms first."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = FeedForward(shape)
        self.input_layernorm = Norm(shape.width, shape.norm_epsilon)
        self.post_attention_layernorm = Norm(shape.width, shape.norm_epsilon)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """`x` with what this layer adds."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        result: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return result


class Starter(nn.Module):
    """The whole model. `forward` returns the loss; `logits` what it would say."""

    cos: Tensor
    sin: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width, shape.norm_epsilon)
        cos, sin = _rotation(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.initialise()

    def initialise(self) -> None:
        """Start values; what writes to the residual stream starts at zero, so a new layer changes nothing."""
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        for name, weight in self.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.zeros_(weight)
            elif name.endswith("proj.weight"):
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5)

    def hidden(self, tokens: Tensor) -> Tensor:
        """The last layer's output, before the head."""
        length = tokens.shape[1]
        x = self.embed_tokens(tokens)
        cos, sin = self.cos[:length], self.sin[:length]
        for layer in self.layers:
            x = layer(x, cos, sin)
        result: Tensor = self.norm(x)
        return result

    def logits(self, tokens: Tensor) -> Tensor:
        """A row of logits for each position."""
        return F.linear(self.hidden(tokens), self.embed_tokens.weight)

    def forward(self, tokens: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Weighted mean loss in nats per token, and the loss of each position."""
        logits = self.logits(tokens).flatten(0, 1)
        each = F.cross_entropy(logits.float(), targets.flatten(), reduction="none")
        share = weights.flatten()
        return (each * share).sum() / share.sum().clamp(min=1.0), each.detach()


def _attention_in_blocks(query: Tensor, key: Tensor, value: Tensor, size: int = 256) -> Tensor:
    """Causal attention as plain products, a block of queries at a time: on CPUs faster than torch's own by a third."""
    length = query.shape[2]
    query = query * query.shape[-1] ** -0.5
    hidden = torch.full((size, size), float("-inf"), dtype=query.dtype, device=query.device).triu(1)
    seen = []
    for start in range(0, length, size):
        end = min(start + size, length)
        scores = query[:, :, start:end] @ key[:, :, :end].transpose(-1, -2)
        mask = F.pad(hidden[: end - start, : end - start], (start, 0))
        seen.append(torch.softmax(scores + mask, dim=-1).to(value.dtype) @ value[:, :, :end])
    return torch.cat(seen, dim=2)


def _rotation(shape: Shape) -> tuple[Tensor, Tensor]:
    powers = torch.arange(0, shape.head_size, 2, dtype=torch.float32) / shape.head_size
    angles = torch.outer(torch.arange(shape.context_tokens, dtype=torch.float32), shape.rope_theta**-powers)
    both = torch.cat((angles, angles), dim=-1)
    return both.cos(), both.sin()


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return (x * cos + torch.cat((-second, first), dim=-1) * sin).to(x.dtype)
