"""A small folder of data, laid out like the real one."""

import json
import lzma
import os
from pathlib import Path

import pytest
from small_texts import VOCABULARY


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of data with six reviews, sentences and questions, and a cache of its own."""
    monkeypatch.setenv("LITHO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LITHO_DATA", raising=False)
    text = tmp_path / "data" / "text"
    text.mkdir(parents=True)
    reviews = [
        {"label": label, "rating": 1, "id": number, "text": f"The film is {word}{'.' * number}"}
        for label, word in ((0, "bad"), (1, "Gréat"))
        for number in range(3)
    ]
    lines = "".join(json.dumps(review) + "\n" for review in reviews)
    for name in ("imdb_train", "imdb_test", "imdb_small_train", "imdb_small_test"):
        count = 2 if "small" in name else 6
        kept = lines if count == 6 else "".join(lines.splitlines(keepends=True)[2:4])
        (text / f"{name}.jsonl.xz").write_bytes(lzma.compress(kept.encode()))
    (text / "sst2_train.tsv").write_text("label\tsentence\n1\tgood film\n0\tthe film is bad\n")
    (text / "sst2_dev.tsv").write_text("label\tcontent\n1\ta great film\n")
    (text / "qnli_dev.tsv").write_text(
        "index\tquestion\tsentence\tlabel\n"
        "0\tWho made it?\tthe film\tnot_entailment\n"
        "1\tWhat is it?\tit is a film\tentailment\n"
    )
    (text / "bert_uncased_vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    return tmp_path / "data"


@pytest.fixture
def real_data() -> Path:
    """Give the folder that LITHO_DATA names; the test skips with what is missing there."""
    root = os.environ.get("LITHO_DATA")
    if not root:
        pytest.skip("LITHO_DATA names no folder of data")
    path = Path(root) / "text" / "bert_uncased_vocab.txt.xz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return Path(root)
