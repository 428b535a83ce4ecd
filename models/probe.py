"""Start the heads where linear models of the frozen trunk end (linear probing, then fine-tuning: Kumar et al. 2022).

The trunk's hidden states hardly vary around a large common mean; heads that start at random take epochs to find that
out. Fitted on standardised means, and folded back into the heads' weights, they start near the frozen trunk's best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from corpora import Example, default_taxonomy
from models.batches import text_batch
from models.losses import category_loss, targets
from models.network import Ballot, Network
from models.windows import Window, WindowCutter

_STEPS = 400
_DECAY = 3e-3


@dataclass(frozen=True, slots=True)
class _States:
    """Mean hidden state of each text (texts, width), and the mean and deviation of single pieces (width,)."""

    means: Tensor
    mean: Tensor
    deviation: Tensor


@torch.no_grad()
def _states(network: Network, cutter: WindowCutter, cut: Sequence[Sequence[Window]]) -> _States:
    device = next(network.parameters()).device
    order = sorted(range(len(cut)), key=lambda i: sum(len(w.pieces) for w in cut[i]))
    width = network.trunk.config.hidden_size
    means = torch.zeros(len(cut), width, device=device)
    pieces, squares, count = torch.zeros(width, device=device), torch.zeros(width, device=device), 0
    for start in range(0, len(order), 64):
        rows = order[start : start + 64]
        batch = text_batch(cutter, [cut[i] for i in rows], device)
        mask = batch.inputs[1]
        with torch.autocast(device.type, torch.bfloat16):
            hidden = network.read(batch.inputs[0], mask)
        real = mask.unsqueeze(-1).float()
        hidden = hidden.float() * real
        total = torch.zeros(len(rows), 1, device=device).index_add_(0, batch.owner, real.sum(1))
        sums = torch.zeros(len(rows), width, device=device).index_add_(0, batch.owner, hidden.sum(1))
        means[rows] = sums / total
        pieces += hidden.sum((0, 1))
        squares += hidden.square().sum((0, 1))
        count += int(real.sum())
    mean = pieces / count
    return _States(means, mean, (squares / count - mean.square()).clamp_min(1e-6).sqrt())


def start_heads(
    network: Network, cutter: WindowCutter, examples: Sequence[Example], cut: Sequence[Sequence[Window]]
) -> None:
    """Set the ballot from a probe of text means, and whiten what the tagger sees."""
    network.eval()
    states = _states(network, cutter, cut)
    index = {category: i for i, category in enumerate(default_taxonomy().ids)}
    primary, labels = (t.to(states.means.device) for t in targets(examples, index))
    _start_ballot(network.ballot, states.means, primary, labels)
    with torch.no_grad():
        narrow = network.tagger.narrow
        narrow.weight.div_(states.deviation)
        narrow.bias.sub_(narrow.weight @ states.mean)


def _start_ballot(ballot: Ballot, means: Tensor, primary: Tensor, labels: Tensor) -> None:
    centre, spread = means.mean(0), means.std(0).clamp_min(1e-4)
    probe = nn.Linear(means.shape[1], 2 * primary.shape[1]).to(means.device)
    nn.init.zeros_(probe.weight)
    optimiser = torch.optim.AdamW(probe.parameters(), 1e-2, weight_decay=0)
    standard = (means - centre) / spread
    for _ in range(_STEPS):
        loss = category_loss(probe(standard), primary, labels) + _DECAY * probe.weight.square().sum()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    with torch.no_grad():
        ballot.votes.weight.copy_(probe.weight / spread)
        ballot.votes.bias.copy_(probe.bias - (probe.weight / spread) @ centre)
        nn.init.zeros_(ballot.salience.weight)
        nn.init.zeros_(ballot.salience.bias)
