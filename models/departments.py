"""Which public service an office files a report under.

Offices file by habits of their own: one town's flooded cellar is building, the next one's is water. Single words carry
those habits, so linear models of them (`models/words.py`) have a say in how likely each of the services is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def refile(labels: Floats, services: Sequence[int], scores: Floats) -> Floats:
    """Probabilities (ids,), those at the services shared out anew by their scores (services,); their odds' sum stays.

    scores: log-odds up to a constant; whether a public service is concerned at all is not theirs to say.
    """
    chances = labels[services].astype(np.float64).clip(1e-9, 1 - 1e-9)
    odds = np.log(chances / (1 - chances))
    shared = scores + (np.logaddexp.reduce(odds) - np.logaddexp.reduce(scores))
    refiled = labels.copy()
    refiled[services] = 1 / (1 + np.exp(-shared))
    return refiled
