"""Average weights files with equal shares: python average.py OUT.pt WEIGHTS.pt WEIGHTS.pt [...]"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from program import exit_with
from train import load

from xlate.errors import InputError
from xlate.files import replacing


def average(files: list[Path]) -> dict[str, object]:
    """The mean of the weights, summed in float32; their sizes must agree."""
    total: dict[str, torch.Tensor] = {}
    first = load(files[0])
    for path in files:
        data = load(path)
        if data.get("cfg") != first.get("cfg") or data["model"].keys() != first["model"].keys():
            raise InputError(f"{path}: another kind of model than {files[0]}")
        for name, value in data["model"].items():
            total[name] = total.get(name, torch.zeros(value.shape)) + value.float()
    return {
        "model": {name: (value / len(files)).half() for name, value in total.items()},
        "cfg": first["cfg"],
        "averaged": [path.name for path in files],
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("weights", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    data = average(options.weights)
    with replacing(options.out, "wb") as handle:
        torch.save(data, handle)
    print(f"{options.out}: mean of {len(options.weights)}")
    return 0


if __name__ == "__main__":
    exit_with(main)
