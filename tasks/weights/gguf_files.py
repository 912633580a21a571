"""Read and write GGUF files of weights, control vectors and adapters. Needs the package gguf, an extra.

Every tensor is read as numbers, whatever it is packed as. Tested in tests/tasks/weights/test_gguf_files.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tasks.errors import InputError, UsageError
from warehouse.whole_files import swapped_in

Array: TypeAlias = npt.NDArray[np.floating[Any]]
# The writer states them anew for each file.
_OWN = frozenset({"general.architecture", "general.file_type", "general.quantization_version"})


class WeightsFile:
    """A GGUF file that is open for reading; its tensors stay on disk until they are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._reader = _reader(path)
        except FileNotFoundError:
            raise InputError(f"{path}: no such file.") from None
        except (ValueError, OSError, IndexError, KeyError, RecursionError) as error:
            raise InputError(f"{path}: must be a whole GGUF file ({' '.join(str(error).split())}).") from None

    @cached_property
    def keys(self) -> Mapping[str, Any]:
        """What the file says of itself, by key."""
        return {name: f.contents() for name, f in self._reader.fields.items() if not name.startswith("GGUF.")}

    @cached_property
    def _tensors(self) -> Mapping[str, Any]:
        return {tensor.name: tensor for tensor in self._reader.tensors}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tensors, in the file's order."""
        return tuple(self._tensors)

    def tensor(self, name: str) -> Array:
        """One tensor: F32 and F16 as they are, what is packed otherwise as F16, as [out, in] of a matrix."""
        packed = self._tensors[name]
        if packed.tensor_type.name in {"F32", "F16"}:
            return np.asarray(packed.data)
        values: Array = _gguf().quants.dequantize(packed.data, packed.tensor_type)
        return values.astype(np.float16)

    def write_like(self, path: Path, tensors: Iterable[tuple[str, Array]], added: Mapping[str, str]) -> None:
        """Write tensors to a new file that says of itself what this one does, and ``added``."""
        gguf = _gguf()
        with swapped_in(path) as building:
            writer = gguf.GGUFWriter(building, arch=self.keys["general.architecture"])
            _state(writer, added)
            writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
            for name, field in self._reader.fields.items():
                if name not in _OWN and not name.startswith("GGUF.") and name not in added:
                    within = field.types[-1] if len(field.types) > 1 else None
                    writer.add_key_value(name, field.contents(), field.types[0], sub_type=within)
            _finish(writer, tensors)


def write_control_vector(
    path: Path, directions: Mapping[int, Array], model_hint: str, added: Mapping[str, str] | None = None
) -> None:
    """Write a control vector: what is added to the residual stream after a block [embedding], by the block's number."""
    with swapped_in(path) as building:
        writer = _gguf().GGUFWriter(building, arch="controlvector")
        _state(writer, {"controlvector.model_hint": model_hint, **(added or {})})
        writer.add_uint32("controlvector.layer_count", len(directions))
        tensors = ((f"direction.{block}", vector.astype(np.float32)) for block, vector in directions.items())
        _finish(writer, tensors)


def write_adapter(
    path: Path, parts: Mapping[str, tuple[Array, Array]], architecture: str, added: Mapping[str, str] | None = None
) -> None:
    """Write a LoRA adapter: for each matrix [out, in] by its name a [rank, in] and b [out, rank]; b a is added."""
    with swapped_in(path) as building:
        writer = _gguf().GGUFWriter(building, arch=architecture)
        _state(writer, {"general.type": "adapter", "adapter.type": "lora", **(added or {})})
        writer.add_float32("adapter.lora.alpha", float(max((a.shape[0] for a, _ in parts.values()), default=1)))
        tensors = [
            (f"{name}.lora_{side}", array.astype(np.float32))
            for name, pair in parts.items()
            for side, array in zip("ab", pair, strict=True)
        ]
        _finish(writer, tensors)


def _state(writer: Any, added: Mapping[str, str]) -> None:
    """Say something of the file before all else: a configuration reads only the beginning (tasks/settings/lineage)."""
    for name, text in added.items():
        writer.add_string(name, text)


def _finish(writer: Any, tensors: Iterable[tuple[str, Array]]) -> None:
    for name, values in tensors:
        writer.add_tensor(name, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _reader(path: Path) -> Any:
    """The package's reader, which would go on behind the end of a file until all that its header promises is read."""
    plain: Any = _gguf().GGUFReader

    class Reader(plain):  # type: ignore[misc]
        def _get(self, offset: int, dtype: Any, count: int = 1, **order: Any) -> Any:
            found = super()._get(offset, dtype, count, **order)
            if len(found) < count:
                raise ValueError("it breaks off")
            return found

    return Reader(path)


def _gguf() -> Any:
    """The package.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import gguf  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise UsageError("files of weights need the package gguf: pip install 'aligntax[local]'") from None
    return gguf
