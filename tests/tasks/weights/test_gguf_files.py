"""Files of weights: read as numbers, and written so that llama.cpp can read them."""

from __future__ import annotations

import struct
import sys

import gguf
import numpy as np
import pytest

from tasks.errors import InputError, UsageError
from tasks.weights.gguf_files import WeightsFile, write_adapter, write_control_vector
from tests.support.tiny_weights import write_tiny


def test_what_is_copied_is_equal_to_the_byte(tmp_path):
    tiny = WeightsFile(write_tiny(tmp_path / "tiny.gguf"))
    tiny.write_like(
        tmp_path / "copy.gguf", ((name, tiny.tensor(name)) for name in tiny.names), {"general.name": "copy"}
    )
    copy = WeightsFile(tmp_path / "copy.gguf")
    assert copy.names == tiny.names
    assert all(copy.tensor(name).tobytes() == tiny.tensor(name).tobytes() for name in tiny.names)
    assert {**copy.keys, "general.name": "tiny"} == {**tiny.keys, "general.file_type": copy.keys["general.file_type"]}


def test_packed_tensors_are_read_as_half_floats(tmp_path):
    values = np.linspace(-1, 1, 64, dtype=np.float32).reshape(2, 32)
    writer = gguf.GGUFWriter(tmp_path / "packed.gguf", arch="llama")
    packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("matrix", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = WeightsFile(tmp_path / "packed.gguf").tensor("matrix")
    assert read.dtype == np.float16
    assert np.allclose(read, values, atol=0.01)


def test_vectors_and_adapters_carry_the_names_that_llama_cpp_looks_for(tmp_path):
    write_control_vector(tmp_path / "vector.gguf", {2: np.ones(8)}, "llama")
    vector = WeightsFile(tmp_path / "vector.gguf")
    assert (vector.names, vector.keys["general.architecture"]) == (("direction.2",), "controlvector")
    write_adapter(tmp_path / "lora.gguf", {"m.weight": (np.ones((1, 4)), np.ones((8, 1)))}, "llama")
    adapter = WeightsFile(tmp_path / "lora.gguf")
    assert adapter.names == ("m.weight.lora_a", "m.weight.lora_b")
    assert (adapter.keys["adapter.type"], adapter.keys["adapter.lora.alpha"]) == ("lora", 1.0)


HEADER = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a"
ODD = [
    b"",
    b"GGUF",
    b"something else entirely",
    b"GGUF\x03\x00\x00\x00" + b"\xff" * 40,
    HEADER + struct.pack("<IIQ", 9, 0, 2**61),  # a list of more numbers than any file holds
    HEADER + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5_000,  # lists in lists
]


@pytest.mark.parametrize("content", ODD)
def test_a_file_of_another_kind_is_one_line(tmp_path, content):
    (tmp_path / "odd.gguf").write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.gguf: must be a whole GGUF file"):
        WeightsFile(tmp_path / "odd.gguf")


def test_a_missing_file_and_a_missing_package_are_one_line(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        WeightsFile(tmp_path / "absent.gguf")
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(UsageError, match="aligntax"):
        WeightsFile(tmp_path / "absent.gguf")
