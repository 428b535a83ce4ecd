"""Cut a text into windows that the encoder reads whole: sub-word pieces, and the characters above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

#: Pieces a window holds, the two boundary marks included. 128 costs least a token on a CPU.
WINDOW = 128
#: Windows of a text from which its categories are learned.
OPENING = 2
_STOPS = frozenset("。！？!?;；\n")

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """A run of pieces and the characters `[start, start + len(chars))` of the text that they cover.

    `piece_of_char[i]` is the position in `pieces` of the piece that covers character i.
    """

    start: int
    pieces: list[int]
    chars: list[int]
    piece_of_char: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows: pieces and mask (windows, pieces); chars and piece_of_char (windows, characters); int64."""

    pieces: IntArray
    mask: IntArray
    chars: IntArray
    piece_of_char: IntArray


#: What stands before a window, after it, and beside it: of sentence pieces, of word pieces.
_MARKS = (("<s>", "</s>", "<pad>"), ("[CLS]", "[SEP]", "[PAD]"))


def _marks(tokenizer: Tokenizer) -> tuple[int, int, int]:
    for marks in _MARKS:
        start, end, pad = (tokenizer.token_to_id(mark) for mark in marks)
        if start is not None and end is not None and pad is not None:
            return start, end, pad
    wanted = " nor ".join(" ".join(marks) for marks in _MARKS)
    raise ValueError(f"the tokeniser has neither {wanted}; use the one beside the weights")


class WindowCutter:
    """Cuts texts by a tokeniser and a list of known characters (0 pads, 1 is unknown)."""

    def __init__(self, tokenizer: Tokenizer, characters: str) -> None:
        self._tokenizer = tokenizer
        self._char_ids = {c: i for i, c in enumerate(characters, start=2)}
        self._bos, self._eos, self.pad = _marks(tokenizer)
        #: How many characters are known.
        self.characters = len(characters)

    @classmethod
    def load(cls, folder: Path) -> WindowCutter:
        """Read `tokenizer.json` and `characters.txt` of an artefact's folder."""
        characters = (folder / "characters.txt").read_text("utf-8").rstrip("\n")
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")), characters)

    def cut(self, texts: Sequence[str]) -> list[list[Window]]:
        """Windows of each text, in order, every character in exactly one; an empty text has one empty window."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [self._cut_one(t, e.ids, e.offsets) for t, e in zip(texts, encodings, strict=True)]

    def _cut_one(self, text: str, ids: list[int], offsets: list[tuple[int, int]]) -> list[Window]:
        windows: list[Window] = []
        room = WINDOW - 2
        first = 0
        char = 0
        while first < len(ids) or not windows:
            last = min(first + room, len(ids))
            if last < len(ids):
                # End at a sentence's end where one lies in the second half, so that entities are not cut.
                for k in range(last, first + room // 2, -1):
                    if text[offsets[k - 1][0] : offsets[k - 1][1]][-1:] in _STOPS:
                        last = k
                        break
            end = offsets[last][0] if last < len(ids) else len(text)
            end = max(end, char)
            piece_of_char = [0] * (end - char)
            for k in range(first, last):
                for c in range(max(offsets[k][0], char), min(offsets[k][1], end)):
                    piece_of_char[c - char] = k - first + 1
            windows.append(
                Window(
                    start=char,
                    pieces=[self._bos, *ids[first:last], self._eos],
                    chars=[self._char_ids.get(c, 1) for c in text[char:end]],
                    piece_of_char=piece_of_char,
                )
            )
            first, char = last, end
        return windows

    def pad_batch(self, windows: Sequence[Window]) -> Batch:
        """Pad windows to the longest of them."""
        n = len(windows)
        pieces = np.full((n, max(len(w.pieces) for w in windows)), self.pad, np.int64)
        mask = np.zeros_like(pieces)
        chars = np.zeros((n, max(1, max(len(w.chars) for w in windows))), np.int64)
        piece_of_char = np.zeros_like(chars)
        for i, w in enumerate(windows):
            pieces[i, : len(w.pieces)] = w.pieces
            mask[i, : len(w.pieces)] = 1
            chars[i, : len(w.chars)] = w.chars
            piece_of_char[i, : len(w.chars)] = w.piece_of_char
        return Batch(pieces, mask, chars, piece_of_char)
