"""The shared encoder: one forward pass gives category logits, a sentence vector and a tag for each character.

Needs torch and transformers (the `train` extra); running needs only the exported graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import BertModel


class Network(nn.Module):
    """A BERT trunk with three heads.

    Every piece casts a vote for each label and carries a salience; a text's logits are the salience-weighted mean
    of its votes, over all its windows. The head is linear in the pieces, so a piece's part in a decision is exact.
    Characters are tagged from the piece above them and from their own embedding, because pieces straddle entities.
    """

    def __init__(self, trunk: BertModel, *, labels: int, tags: int, characters: int) -> None:
        super().__init__()
        width = trunk.config.hidden_size
        self.trunk = trunk
        self.drop = nn.Dropout(0.1)
        self.salience = nn.Linear(width, 1)
        self.votes = nn.Linear(width, 2 * labels)  # primary (softmax) and labels (sigmoid)
        self.narrow = nn.Linear(width, 192)
        self.character = nn.Embedding(characters + 2, 64, padding_idx=0)
        self.context = nn.ModuleList([nn.Conv1d(256, 192, 3, padding=1), nn.Conv1d(192, 192, 3, padding=1)])
        self.tag = nn.Linear(192, tags)

    def forward(self, pieces: Tensor, mask: Tensor, chars: Tensor, piece_of_char: Tensor) -> tuple[Tensor, ...]:
        """All (windows, pieces) or (windows, characters), int64.

        Returns votes (windows, pieces, 2 × labels), weights (windows, pieces; not normalised, 0 on padding),
        sums (windows, width; hidden states added up over real pieces) and tags (windows, characters, tags).
        """
        hidden = self.trunk(input_ids=pieces, attention_mask=mask).last_hidden_state
        real = mask.to(hidden.dtype)
        # tanh bounds the exponent, so windows' weights may be added without rescaling.
        weights = torch.exp(4 * torch.tanh(self.salience(hidden).squeeze(-1).float() / 4)) * real
        votes = self.votes(self.drop(hidden))
        sums = (hidden * real.unsqueeze(-1)).sum(1)
        narrow = self.narrow(self.drop(hidden))
        above = torch.gather(narrow, 1, piece_of_char.unsqueeze(-1).expand(-1, -1, narrow.shape[-1]))
        x = torch.cat([above, self.character(chars)], -1).transpose(1, 2)
        first, second = self.context
        x = torch.relu(first(x))
        x = x + torch.relu(second(x))
        return votes, weights, sums, self.tag(self.drop(x.transpose(1, 2)))


def pool(votes: Tensor, weights: Tensor, sums: Tensor, owner: Tensor, texts: int) -> tuple[Tensor, Tensor]:
    """Join windows into texts: logits (texts, 2 × labels) and unit vectors (texts, width); `owner` is (windows,)."""
    votes, sums = votes.float(), sums.float()
    weighted = votes.new_zeros(texts, votes.shape[-1]).index_add_(0, owner, (votes * weights.unsqueeze(-1)).sum(1))
    total = votes.new_zeros(texts).index_add_(0, owner, weights.sum(1))
    vectors = sums.new_zeros(texts, sums.shape[-1]).index_add_(0, owner, sums)
    return weighted / total.unsqueeze(-1), nn.functional.normalize(vectors, dim=-1)
