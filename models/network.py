"""The shared encoder: category logits, a sentence vector and a tag for each character, in one pass.

Needs torch and transformers (the `train` extra); running needs only the exported graph.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from transformers import BertModel


class Ballot(nn.Module):
    """Every piece casts a vote for each label and carries a salience.

    A text's logits are the salience-weighted mean of its votes, over all its windows: linear in the pieces, so a
    piece's part in a decision is exact.
    """

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.salience = nn.Linear(width, 1)
        self.votes = nn.Linear(width, 2 * labels)  # primary (softmax) and labels (sigmoid)

    def forward(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Votes (windows, pieces, 2 × labels) and weights (windows, pieces; not normalised, 0 on padding)."""
        # tanh bounds the exponent, so windows' weights may be added without rescaling.
        weights = torch.exp(4 * torch.tanh(self.salience(hidden).squeeze(-1).float() / 4)) * mask
        return self.votes(self.drop(hidden)), weights


class Tagger(nn.Module):
    """Tags characters from the piece above them and from their own embedding, because pieces straddle entities."""

    def __init__(self, width: int, tags: int, characters: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.1)
        self.narrow = nn.Linear(width, 192)
        self.character = nn.Embedding(characters + 2, 64, padding_idx=0)
        self.context = nn.ModuleList([nn.Conv1d(256, 192, 3, padding=1), nn.Conv1d(192, 192, 3, padding=1)])
        self.tag = nn.Linear(192, tags)

    def forward(self, hidden: Tensor, chars: Tensor, piece_of_char: Tensor) -> Tensor:
        """Scores (windows, characters, tags)."""
        narrow = self.narrow(self.drop(hidden))
        above = torch.gather(narrow, 1, piece_of_char.unsqueeze(-1).expand(-1, -1, narrow.shape[-1]))
        x = torch.cat([above, self.character(chars)], -1).transpose(1, 2)
        first, second = self.context
        x = torch.relu(first(x))
        x = x + torch.relu(second(x))
        return self.tag(self.drop(x.transpose(1, 2)))


class Network(nn.Module):
    """The lower half of a BERT trunk, with a ballot and a tagger on it; the mean of its states is the sentence vector.

    Borders of entities are told low down, and beside a text's words the upper half adds nothing to its categories.
    """

    def __init__(self, trunk: BertModel, *, labels: int, tags: int, characters: int) -> None:
        super().__init__()
        width, height = trunk.config.hidden_size, trunk.config.num_hidden_layers // 2
        self.trunk = copy.deepcopy(trunk)
        self.trunk.encoder.layer = self.trunk.encoder.layer[:height]
        self.ballot = Ballot(width, labels)
        self.tagger = Tagger(width, tags, characters)

    def read(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """Hidden states (windows, pieces, width); pieces and mask (windows, pieces), int64."""
        hidden: Tensor = self.trunk(input_ids=pieces, attention_mask=mask).last_hidden_state
        return hidden


def text_logits(votes: Tensor, weights: Tensor, owner: Tensor, texts: int) -> Tensor:
    """Join the windows' votes and weights into logits (texts, 2 × labels); `owner` (windows,) tells each one's text."""
    votes, weights = votes.float(), weights.float()
    weighted = votes.new_zeros(texts, votes.shape[-1]).index_add_(0, owner, (votes * weights.unsqueeze(-1)).sum(1))
    total = votes.new_zeros(texts).index_add_(0, owner, weights.sum(1))
    return weighted / total.unsqueeze(-1)


def text_vectors(hidden: Tensor, mask: Tensor, owner: Tensor, texts: int) -> Tensor:
    """Unit vectors (texts, width): hidden states added up over a text's real pieces."""
    sums = (hidden.float() * mask.unsqueeze(-1)).sum(1)
    return nn.functional.normalize(sums.new_zeros(texts, sums.shape[-1]).index_add_(0, owner, sums), dim=-1)
