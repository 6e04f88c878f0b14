"""Text as token ids."""

import lzma
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from logging import ERROR, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from litho.errors import ConfigError, DataError
from litho.tasks.data import Vocabulary

if TYPE_CHECKING:
    import tokenizers

__all__ = [
    "Text",
    "Tokenizer",
    "from_hub",
    "load_tokenizer",
    "needs_text",
    "open_text",
    "read_vocabulary",
]

Text = str | tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Tokenizer:
    """A way to cut text into tokens, whose ids `vocabulary` describes."""

    encoder: "tokenizers.Tokenizer"
    vocabulary: Vocabulary

    def __post_init__(self) -> None:
        self.encoder.encode_special_tokens = True
        self.encoder.no_padding()

    @property
    def spelling(self) -> str:
        """Everything that decides which ids a text gets."""
        import tokenizers

        self.encoder.no_truncation()
        return f"{tokenizers.__version__} {self.encoder.to_str()}"

    def encode(self, texts: Sequence[Text], length: int) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Give ids[texts, length] of texts, or of pairs of them, cut and filled up at the end.

        What looks like a special token in a text is text.
        """
        self.encoder.enable_truncation(length)
        ids = np.full((len(texts), length), self.vocabulary.pad, np.int32)
        for row, found in zip(ids, self.encoder.encode_batch_fast(texts), strict=True):
            row[: len(found.ids)] = found.ids
        return ids


def read_vocabulary(path: Path) -> Tokenizer:
    """Give the tokenizer of an uncased BERT whose vocabulary is in a file, a token a line."""
    with needs_text():
        from tokenizers.implementations import BertWordPieceTokenizer
    tokens = open_text(path).split("\n")
    ids = {token: number for number, token in enumerate(tokens) if token}
    absent = [token for token in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") if token not in ids]
    if absent:
        raise DataError(
            f"a vocabulary must hold the token {absent[0]}, and {path} does not; give the"
            " vocabulary of an uncased BERT"
        )
    encoder = BertWordPieceTokenizer(ids, lowercase=True)._tokenizer
    return Tokenizer(encoder, Vocabulary(max(ids.values()) + 1, ids["[PAD]"], ids["[SEP]"]))


def open_text(path: Path) -> str:
    """Give the text in a file, which is packed with xz when it is called so.

    Raises `DataError` when the file is damaged.
    """
    try:
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        return data.decode()
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataError(f"{path} must hold text in UTF-8, and does not: {error}") from error


def load_tokenizer(spelling: str) -> Tokenizer:
    """Give the tokenizer in a folder or of a hub id.

    Raises `DataError` when there is none, and `ConfigError` when it cannot fill samples up.
    """
    with needs_text():
        from transformers import AutoTokenizer
    found = from_hub(AutoTokenizer.from_pretrained, spelling, "tokenizer")
    encoder = getattr(found, "backend_tokenizer", None)
    if encoder is None or found.pad_token_id is None:
        raise ConfigError(
            f"tokenizer {spelling!r} must be a fast one with a token for padding, and is not;"
            " take that of a BERT"
        )
    return Tokenizer(encoder, Vocabulary(len(found), found.pad_token_id, found.sep_token_id))


def from_hub(load: Any, spelling: str, what: str, **options: Any) -> Any:
    """Give what `load` finds under a folder or a hub id; a folder is never looked for elsewhere.

    A copy in the local cache of the hub is taken before the hub is asked. Raises `DataError`.
    """
    is_folder = Path(spelling).is_dir()
    try:
        with _silence():
            try:
                return load(spelling, local_files_only=True, **options)
            except (OSError, ValueError):
                if is_folder:
                    raise
                return load(spelling, **options)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise DataError(
            f"{what} {spelling!r} must be a folder or an id of the Hugging Face hub that can be"
            f" loaded, and is not: {reason}; without a network give a folder that holds it"
        ) from error


@contextmanager
def needs_text() -> Iterator[None]:
    """Turn an import that fails into a `DataError` with the line that installs what is needed."""
    try:
        yield
    except ImportError as error:
        raise DataError(
            f"text must have transformers and tokenizers, and {error.name} is not installed;"
            ' pip install "litho[text]"'
        ) from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the bars and warnings of the hub and of transformers from the terminal."""
    from transformers.utils import logging

    hub = getLogger("huggingface_hub")
    levels = logging.get_verbosity(), hub.level
    has_bars = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    hub.setLevel(ERROR)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(levels[0])
        hub.setLevel(levels[1])
        if has_bars:
            logging.enable_progress_bar()
