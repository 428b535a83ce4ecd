"""The encoder reads texts whole, and its answers do not depend on what else is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import small_network
from tokenizers import Tokenizer

from corpora import Report, Span
from models import ENCODER, OnnxEncoder
from models.artefact import ArtefactConfig, ArtefactError
from models.decode import bio_spans
from models.metrics import expected_calibration_error
from models.windows import WINDOW, WindowCutter
from nlp import Pipeline


@pytest.fixture(scope="module")
def cutter() -> WindowCutter:
    return WindowCutter.load(ENCODER)


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_windows_cover_every_character_once(text: str) -> None:
    (windows,) = WindowCutter.load(ENCODER).cut([text])
    at = 0
    for window in windows:
        assert window.start == at
        assert len(window.pieces) <= WINDOW
        assert len(window.chars) == len(window.piece_of_char)
        assert all(0 <= p < len(window.pieces) for p in window.piece_of_char)
        at += len(window.chars)
    assert at == len(text)


def test_windows_end_with_sentences(cutter: WindowCutter) -> None:
    text = "门口的路灯坏了，没有人来修。" * 60
    (windows,) = cutter.cut([text])
    assert len(windows) > 3
    assert all(text[w.start + len(w.chars) - 1] == "。" for w in windows)


def test_tags_become_spans_without_edging_punctuation() -> None:
    tags = ("O", "B-org", "I-org", "B-time", "I-time")
    text = "，市一医院昨天"
    best = [1, 2, 2, 2, 2, 3, 4]
    assert bio_spans(text, np.eye(5, dtype=np.float32)[best], tags) == [Span("org", 1, 5), Span("time", 5, 7)]
    # An I- that nothing began is no span of its own: the best lawful path is taken.
    assert bio_spans("王五", np.array([[2, 0, 3, 0, 0], [5, 0, 0, 0, 0]], np.float32), tags) == []


def test_an_answer_does_not_depend_on_company(pipeline: Pipeline) -> None:
    texts = ["有人在茶楼里打牌赌钱", "公交车太少了，等了一个小时", "骗子让我刷单" * 50, ""]
    together = list(pipeline.encoder.encode(texts))
    for text, encoding in zip(texts, together, strict=True):
        (alone,) = pipeline.encoder.encode([text])
        assert np.array_equal(alone.primary, encoding.primary)
        assert np.array_equal(alone.vector, encoding.vector)
        assert abs(float(encoding.primary.sum()) - 1) < 1e-4
        assert ((encoding.labels >= 0) & (encoding.labels <= 1)).all()


def test_deleting_the_evidence_costs_confidence(pipeline: Pipeline) -> None:
    """Evidence is what the decision rests on: without it the primary is less sure, on average by a lot."""
    texts = [
        "您好，我想咨询一下，我昨天在网上兼职刷单，先返了几十块，后来让我垫付两万就不给提现了，谢谢您。",
        "领导好，我们村口那家茶馆每天晚上都有人聚在一起赌博，一晚上输赢好几万，希望能管一管。",
        "前面都好，就是楼上邻居每天半夜跳绳拖椅子，吵得孩子睡不着，说了几次都不听，请问该找谁。",
        "今天天气不错，我去单位讨薪，包工头拖欠我们三个月工资一直不给，回家路上买了菜。",
        "我住在城东，房子不错，就是消防通道被私家车长期占用堵死，灭火器也都过期了，盼回复。",
    ]
    falls = []
    for text in texts:
        (analysis,) = pipeline.analyse([Report("1", text)])
        assert analysis.evidence
        without = "".join(c for i, c in enumerate(text) if not any(a <= i < b for a, b in analysis.evidence))
        (after,) = pipeline.analyse([Report("1", without)])
        index = pipeline.encoder.ids.index(analysis.primary[0])
        falls.append(analysis.primary[1] - float(next(pipeline.encoder.encode([after.report.text])).primary[index]))
    assert min(falls) > 0
    assert sum(falls) / len(falls) > 0.3


def test_calibration_error_is_the_mean_gap() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.05)


def test_a_missing_artefact_is_never_passed_over(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(ArtefactError, match=r"config.json is missing"):
        OnnxEncoder(tmp_path)  # type: ignore[arg-type]


def test_an_artefact_of_another_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"version": "encoder-1", "ids": []}', "utf-8")
    with pytest.raises(ArtefactError, match="layout 1, this minqing reads 3"):
        OnnxEncoder(tmp_path)


def test_the_words_and_the_graph_both_answer() -> None:
    """Their logits are added up; facts and vectors are the graph's own."""
    texts = ["公交车太少了，等了一个小时", "他们说这个项目挺好的，也不知道真假"]
    both, graph, words = (OnnxEncoder(ENCODER, says=says) for says in ((1, 1), (1, 0), (0, 1)))
    for sum_, one, other in zip(both.logits(texts), graph.logits(texts), words.logits(texts), strict=True):
        assert np.allclose(sum_, one + other, atol=1e-4)
        assert np.abs(one).max() > 1
        assert np.abs(other).max() > 1
    for own, other in zip(both.encode(texts), words.encode(texts), strict=True):
        assert np.array_equal(own.vector, other.vector)
        assert own.spans == other.spans


def test_facts_come_from_the_end_of_a_long_text(cutter: WindowCutter) -> None:
    opening = "我们小区门口的路灯坏了很久，晚上出行很不方便，没有人来修。" * 20
    text = opening + "张建国在长沙市开福区的棋牌室聚众赌博。"
    (windows,) = cutter.cut([text])
    assert len(windows) > 2
    (encoding,) = OnnxEncoder(ENCODER).encode([text])
    assert any(span.type == "place" and span.start > len(opening) for span in encoding.spans)


def test_the_artefact_is_small_and_complete() -> None:
    assert sum(path.stat().st_size for path in ENCODER.iterdir()) < 40_000_000
    config = ArtefactConfig.load(ENCODER)
    assert len(config.ids) == 58
    assert Tokenizer.from_file(str(ENCODER / "tokenizer.json")).get_vocab_size() > 20_000
    assert "## Figures" in (ENCODER / "CARD.md").read_text("utf-8")


def test_the_graph_says_what_the_network_says(tmp_path: Path) -> None:
    """The operators written for speed are those of the network, up to what int8 costs."""
    reason = "needs the train extra: pip install 'minqing[train]'"
    torch = pytest.importorskip("torch", reason=reason)
    pytest.importorskip("transformers", reason=reason)
    pytest.importorskip("onnx", reason=reason)
    import onnxruntime

    from models.artefact import GRAPH
    from models.export import export

    network = small_network(units=128, deviation=0.2)
    pieces, chars = torch.randint(5, 50, (1, 9)), torch.randint(2, 30, (1, 14))
    piece_of_char = torch.randint(0, 9, (1, 14))
    export(network, tmp_path)
    mask = torch.ones_like(pieces)
    with torch.no_grad():
        hidden = network.read(pieces, mask)
        votes, weights = network.ballot(hidden, mask)
        tags = network.tagger(hidden, chars, piece_of_char)
    graph = onnxruntime.InferenceSession(str(tmp_path / GRAPH), providers=["CPUExecutionProvider"])
    feed = {"pieces": pieces, "chars": chars, "piece_of_char": piece_of_char}
    names = ["votes", "weights", "tags", "sums"]
    given = graph.run(names, {name: tensor[0].numpy() for name, tensor in feed.items()})
    expected = [votes, weights, tags, hidden.sum(1)]
    for one, other in zip(given, expected, strict=True):
        assert one.shape == other[0].shape
        assert np.corrcoef(one.ravel(), other[0].numpy().ravel())[0, 1] > 0.99
