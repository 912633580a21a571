"""Tokens and the residual stream of a model in a folder of Hugging Face, by the package transformers, an extra.

For the architectures that hidden_states.py does not read from a GGUF file. Slower, because it takes torch.

Tested in tests/real/test_folder_states.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.errors import InputError, UsageError, one_line
from tasks.weights.hidden_states import FloatArray
from tasks.weights.model_folders import count_blocks, stated_by


class ModelFolder:
    """A model in a folder of Hugging Face: its tokens and its hidden states. Code that a folder holds is not run."""

    def __init__(self, folder: Path) -> None:
        stated = stated_by(folder)
        self._torch, transformers = _packages()
        # Of a part that is asked for by name, so that nothing is looked for on the network.
        local = {"pretrained_model_name_or_path": str(folder.resolve()), "local_files_only": True}
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(**local)
            self._model = transformers.AutoModel.from_pretrained(**local, dtype=self._torch.float32).eval()
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise InputError(f"{folder}: transformers cannot read the model ({one_line(error)}).") from None
        self.architecture = str(stated.get("model_type"))
        self._blocks = self._listed(count_blocks(folder, stated), folder)

    def _listed(self, count: int, folder: Path) -> Any:
        """The blocks of the model, which every architecture has in a list."""
        lists = (part for part in self._model.modules() if isinstance(part, self._torch.nn.ModuleList))
        found = next((part for part in lists if len(part) == count), None)
        if found is None:
            raise InputError(f"{folder}: the {count} layers that it states were not found in the model.")
        return found

    @property
    def has_template(self) -> bool:
        """See ``Tokenizer``."""
        return bool(self._tokenizer.chat_template)

    def rendered(self, prompt: str) -> str:
        """See ``Tokenizer``."""
        messages = [{"role": "user", "content": prompt}]
        rendered: str = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return rendered

    def tokens(self, text: str, *, is_rendered: bool) -> list[int]:
        """See ``Tokenizer``."""
        tokens: list[int] = self._tokenizer(text, add_special_tokens=not is_rendered)["input_ids"]
        return tokens

    def last_states(self, texts: Sequence[Sequence[int]]) -> FloatArray:
        """See ``hidden_states.last_states``.

        The blocks themselves are listened to: of the last one ``output_hidden_states`` gives what a norm made of it.
        """
        heard: list[FloatArray] = []

        def hear(_block: Any, _given: Any, said: Any) -> None:
            stream = said[0] if isinstance(said, tuple) else said
            heard.append(stream[0, -1].float().numpy())

        hooks = [block.register_forward_hook(hear) for block in self._blocks]
        try:
            with self._torch.inference_mode():
                for text in texts:
                    self._model(input_ids=self._torch.tensor([list(text)]), use_cache=False)
        finally:
            for hook in hooks:
                hook.remove()
        return np.stack(heard).reshape(len(texts), len(hooks), -1).swapaxes(0, 1)


def _packages() -> tuple[Any, Any]:
    try:
        import torch  # noqa: PLC0415 - an extra
        import transformers  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        said = f"a folder of Hugging Face needs the package {error.name}: pip install 'aligntax[transformers]'"
        raise UsageError(said) from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers
