"""The encoder reads texts whole, and its answers do not depend on what else is read."""

from __future__ import annotations

from dataclasses import replace
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
from models.windows import READ_ON, WINDOW, WindowCutter
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
    with pytest.raises(ArtefactError, match="layout 1, this minqing reads 2"):
        OnnxEncoder(tmp_path)


def test_the_upper_storey_reads_only_what_the_lower_leaves_open() -> None:
    """Where nothing is settled both storeys answer, where all is the lower; facts and vectors are the lower one's."""
    texts = ["公交车太少了，等了一个小时", "他们说这个项目挺好的，也不知道真假"]
    config = ArtefactConfig.load(ENCODER)
    never, shipped, always = (
        list(OnnxEncoder(ENCODER, config=replace(config, settled_above=above)).encode(texts))
        for above in (0.0, config.settled_above, 1.1)
    )
    assert all(not np.array_equal(low.primary, high.primary) for low, high in zip(never, always, strict=True))
    for low, own, high in zip(never, shipped, always, strict=True):
        expected = low if low.primary.max() >= config.settled_above else high
        assert np.array_equal(own.primary, expected.primary)
        assert np.array_equal(low.vector, high.vector)
        assert low.spans == high.spans


def test_the_upper_storey_reads_the_first_windows_and_facts_come_from_all(cutter: WindowCutter) -> None:
    """Of a long text only the beginning is read twice; categories and entities are found to its end."""
    opening = "我们小区门口的路灯坏了很久，晚上出行很不方便，没有人来修。" * 20
    texts = [opening + "希望早日修好，谢谢。", opening + "张建国在长沙市开福区的棋牌室聚众赌博。"]
    (windows, others) = cutter.cut(texts)
    assert len(windows) > READ_ON
    assert windows[:READ_ON] == others[:READ_ON]
    encoder = OnnxEncoder(ENCODER)
    (low, both), (other_low, other_both) = encoder.logits(texts)
    assert not np.array_equal(low, other_low)
    assert np.allclose(2 * both - low, 2 * other_both - other_low, atol=1e-4)  # both is the mean of the storeys
    _, other = encoder.encode(texts)
    assert any(span.type == "place" and span.start > len(opening) for span in other.spans)


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

    from models.artefact import LOWER, UPPER
    from models.export import export

    network = small_network(units=128, deviation=0.2)
    pieces, chars = torch.randint(5, 50, (1, 9)), torch.randint(2, 30, (1, 14))
    piece_of_char = torch.randint(0, 9, (1, 14))
    export(network, tmp_path)
    mask = torch.ones_like(pieces)
    with torch.no_grad():
        hidden = network.read(pieces, mask)
        votes, weights = network.early(hidden, mask)
        tags = network.tagger(hidden, chars, piece_of_char)
        late_votes, late_weights = network.late(network.read_on(hidden, mask), mask)
    lower, upper = (
        onnxruntime.InferenceSession(str(tmp_path / graph), providers=["CPUExecutionProvider"])
        for graph in (LOWER, UPPER)
    )
    feed = {"pieces": pieces, "chars": chars, "piece_of_char": piece_of_char}
    names = ["votes", "weights", "tags", "sums", "hidden"]
    given = lower.run(names, {name: tensor[0].numpy() for name, tensor in feed.items()})
    read_on = upper.run(["votes", "weights"], {"hidden": given[-1]})
    expected = [votes, weights, tags, hidden.sum(1), hidden, late_votes, late_weights]
    for one, other in zip([*given, *read_on], expected, strict=True):
        assert one.shape == other[0].shape
        assert np.corrcoef(one.ravel(), other[0].numpy().ravel())[0, 1] > 0.99
